import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GetQueueUrlCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { root } from "../../scripts/lib/run.js";
import type { Case } from "../case.js";
import { mirrored, WATCHED } from "../ours.js";
import type { Launched, Stage } from "../stage.js";

interface Sample {
  readonly detail: {
    readonly resource: {
      readonly instanceDetails: { readonly networkInterfaces: readonly Readonly<Record<string, unknown>>[] };
    };
  };
}

/** Of the run. A finding of long ago is refused as expired. */
export interface About extends Launched {
  readonly account: string;
  readonly region: string;
  readonly time: string;
}

/** AWS's published sample with the ids of this run. Only AWS puts events of `aws.` on a bus, so it goes into the queue. */
export const findingAbout = (sample: string, about: About): string => {
  const { instanceId, interfaceId, account, region, time } = about;
  const event = JSON.parse(sample) as Sample;
  const { detail } = event;
  const { instanceDetails } = detail.resource;
  const [first] = instanceDetails.networkInterfaces;
  const networkInterfaces = [{ ...first, networkInterfaceId: interfaceId }];
  return JSON.stringify({
    ...event,
    account,
    region,
    time,
    detail: {
      ...detail,
      accountId: account,
      region,
      resource: {
        ...detail.resource,
        instanceDetails: { ...instanceDetails, instanceId, networkInterfaces },
      },
    },
  });
};

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
    const { region } = stage.clients.where;
    const about = { ...launched, account: stage.account, region, time: new Date().toISOString() };
    await send(stage, findingAbout(sample, about));
    const { seconds } = await mirrored(stage, launched.interfaceId);
    await stage.undo("instance", launched.instanceId);
    return `AWS's sample of a finding, with the ids of this run and past the bus, was answered by a session after ${seconds} s.`;
  },
};
