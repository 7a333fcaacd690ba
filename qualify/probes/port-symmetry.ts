import { mirroredIn, type Mirrored } from "../frames.js";
import { seen, unknown, type Finding } from "../model.js";
import { captured, oneNode, onNode } from "../node.js";
import { probe } from "../probe.js";
import { talk } from "../talk.js";

/** What Run Command gives back is 24,000 characters at most. */
const PACKETS = 60;

export const judge = (packets: readonly Mirrored[]): Finding => {
  const flows = new Map<string, { readonly there: Set<number>; readonly back: Set<number> }>();
  for (const { from, to, port } of packets) {
    const key = [from, to].sort().join(" ");
    const flow = flows.get(key) ?? { there: new Set(), back: new Set() };
    flows.set(key, flow);
    (from < to ? flow.there : flow.back).add(port);
  }
  const both = [...flows.values()].filter(({ there, back }) => there.size > 0 && back.size > 0);
  if (both.length === 0) {
    return unknown(`Of ${packets.length} mirrored packets on a node no flow was there in both directions.`);
  }
  const same = both.filter(({ there, back }) => new Set([...there, ...back]).size === 1);
  return seen(
    same.length === both.length ? "yes" : "no",
    `Of ${both.length} flows that were there in both directions ${same.length} had one VXLAN source port for both.`,
  );
};

export const portSymmetry = probe("port-symmetry", async (stage) => {
  if (stage.cloud === "local") return unknown("No packets flow in the local cloud.");
  await talk(stage);
  const node = await oneNode(stage);
  const take = async () => mirroredIn(Buffer.from(await onNode(stage, node, captured(PACKETS)), "base64"));
  // The instances boot for a while before they say anything.
  const { answer } = await stage.until("mirrored packets on a node", 600, take, (all) => all.length > 10);
  return judge(answer);
});
