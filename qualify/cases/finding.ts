import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GetQueueUrlCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { root } from "../../scripts/lib/run.js";
import type { Case } from "../case.js";
import { mirrored, WATCHED } from "../ours.js";
import type { Launched, Stage } from "../stage.js";

/** AWS's published sample with the ids of this run. Only AWS puts events of `aws.` on a bus, so it goes into the queue. */
export const findingAbout = (
  sample: string,
  { instanceId, interfaceId }: Launched,
  account: string,
  region: string,
) =>
  sample
    .replaceAll("i-0abcd1234ef567890", instanceId)
    .replaceAll("eni-0abcd1234ef567890", interfaceId)
    .replaceAll("111122223333", account)
    .replaceAll("eu-west-1", region);

const send = async ({ clients: { sqs }, outputs }: Stage, MessageBody: string): Promise<void> => {
  const QueueName = outputs.queue_arns.events.split(":").at(-1) ?? "";
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
};

export const finding: Case = {
  name: "finding",
  play: async (stage) => {
    const launched = await stage.launch("t3.nano", { [WATCHED]: stage.run });
    await stage.inState(launched.instanceId, "running");
    const before = await stage.sessionsOn(launched.interfaceId);
    if (before.length > 0) throw new Error("the instance was mirrored before there was a finding");
    const sample = readFileSync(join(root, "test", "fixtures", "events", "guardduty-finding.json"), "utf8");
    await send(stage, findingAbout(sample, launched, stage.account, stage.clients.where.region));
    const { seconds } = await mirrored(stage, launched.interfaceId);
    await stage.undo("instance", launched.instanceId);
    return `AWS's sample of a finding, with the ids of this run and past the bus, was answered by a session after ${seconds} s.`;
  },
};
