import type { Call } from "../types.js";

export interface NamedQueue {
  readonly account: string;
  readonly region: string;
  /** Empty where the call names none. */
  readonly name: string;
}

/** The queue that a call names: its URL says whose it is, where another account calls. */
export const queueNamed = (
  call: Pick<Call, "account" | "region">,
  { QueueUrl, QueueName }: { readonly QueueUrl?: unknown; readonly QueueName?: unknown },
): NamedQueue => {
  const [name = "", account = call.account] = String(QueueUrl ?? QueueName ?? "")
    .split("/")
    .reverse();
  return { account, region: call.region, name };
};

export const queueArn = ({ account, region, name }: NamedQueue): string =>
  `arn:aws:sqs:${region}:${account}:${name}`;
