/** A node dies under a flow that never pauses. Whether the next node can be reached at all, a flow of then says. */
import { TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { seen, unknown, type Finding } from "../model.js";
import { counting, countsIn, oneNode, onNode } from "../node.js";
import { MIRRORED, mirrored } from "../ours.js";
import { probe } from "../probe.js";
import { talk, talking, word } from "../talk.js";

/** Packets of each flow: of the lasting one before on the node that died, and of both on the next. */
export interface Found {
  readonly before: number;
  readonly lasting: number;
  readonly fresh: number;
}

export const judge = ({ before, lasting, fresh }: Found): Finding => {
  if (before === 0) return unknown("The flow was not seen on the node before that died.");
  if (fresh === 0) return unknown("The next node got no packet at all.");
  const said = `On the node after the one that died there were ${lasting} packets of a flow of before and ${fresh} of a new one.`;
  return seen(lasting > 0 ? "yes" : "no", said);
};

export const udpRebalance = probe("udp-rebalance", async (stage) => {
  if (stage.cloud === "local") return unknown("No packets flow in the local cloud.");
  const { address, talker, answerer } = await talk(stage);
  const [lasting, fresh] = [word(stage.run, "lasting"), word(stage.run, "fresh")];
  const counts = async (node: string) => countsIn(await onNode(stage, node, counting([lasting, fresh])));
  const first = await oneNode(stage);
  const before = (await counts(first)).get(lasting) ?? 0;
  await stage.clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: [first] }));
  const next = await oneNode(stage, first);
  const script = talking(address, [{ content: fresh, number: 1 }]);
  const newcomer = await stage.launch("t3.nano", { [MIRRORED]: stage.run }, script);
  await mirrored(stage, newcomer.interfaceId);
  const ask = () => counts(next);
  const { answer } = await stage.until("the next node to get packets", 600, ask, (all) => all.has(fresh));
  // Once more where there were none: what is moved may be moved later than new flows come.
  const after = answer.has(lasting) ? answer : await ask();
  for (const { instanceId } of [newcomer, talker, answerer]) await stage.undo("instance", instanceId);
  return judge({ before, lasting: after.get(lasting) ?? 0, fresh: after.get(fresh) ?? 0 });
});
