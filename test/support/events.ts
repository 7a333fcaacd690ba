/** Real events, as EventBridge delivers them, from test/fixtures/events. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the fixtures come from. */
export const ACCOUNT_REGION = { account: "111122223333", region: "eu-west-1" };

const folder = join(import.meta.dirname, "..", "fixtures", "events");

/** The fixture's text, with some of its top-level fields replaced. */
export function anEvent(name: string, over: object = {}): string {
  const event = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as object;
  return JSON.stringify({ ...event, ...over });
}

/** `EC2 Instance State-change Notification: running` of this instance. */
export function aRunningEvent(instanceId: string, over: object = {}): string {
  return anEvent("ec2-state-running", { detail: { "instance-id": instanceId, state: "running" }, ...over });
}
