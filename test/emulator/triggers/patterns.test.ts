/** Which rule lets which event through: every real example, and what must stay outside. */
import { beforeAll, describe, expect, test } from "@jest/globals";
import { parseEvent } from "../../../functions/core/events/registry.js";
import { anEvent, HOME } from "../../support/events.js";
import { matches, parsePattern, type Json } from "../events/pattern.js";
import { readRules, type TriggerRule } from "./rules.js";

type Fields = Record<string, Json>;
let rules: readonly TriggerRule[];

beforeAll(async () => {
  rules = await readRules({
    "var.name": "mirror",
    "local.account": HOME.account,
    "local.region": HOME.region,
    "local.partition": "aws",
  });
});

const triggersOf = (event: string): string[] =>
  rules
    .filter(({ pattern }) => matches(parsePattern(pattern), JSON.parse(event) as Json))
    .map(({ trigger }) => trigger);
/** The fixture with some fields of its detail replaced. */
const changed = (name: string, detail: Fields, over: object = {}): string => {
  const fixture = JSON.parse(anEvent(name)) as { detail: Fields };
  return anEvent(name, { ...over, detail: { ...fixture.detail, ...detail } });
};
const tagging = (...ids: string[]): Fields => ({
  requestParameters: { resourcesSet: { items: ids.map((resourceId) => ({ resourceId })) } },
});
const task = (...details: Fields[]): Fields => ({ attachments: [{ type: "eni", details }] });

describe("a real event comes through the rule of its trigger alone, and the function understands it", () => {
  test.each([
    ["ec2-state-pending", "ec2_state_change"],
    ["ec2-state-running", "ec2_state_change"],
    ["ec2-state-stopping", "ec2_state_change"],
    ["ec2-state-stopped", "ec2_state_change"],
    ["ec2-state-shutting-down", "ec2_state_change"],
    ["ec2-state-terminated", "ec2_state_change"],
    ["autoscaling-launch", "autoscaling"],
    ["autoscaling-terminate", "autoscaling"],
    ["ecs-task-running", "ecs_tasks"],
    ["ecs-task-stopped", "ecs_tasks"],
    ["api-attach-network-interface", "api_calls"],
    ["api-create-network-interface", "api_calls"],
    ["api-create-tags", "api_calls"],
    ["api-delete-tags", "api_calls"],
    ["api-modify-instance-attribute", "api_calls"],
    ["tag-change", "tag_changes"],
  ])("%s: %s", (name, trigger) => {
    expect(triggersOf(anEvent(name))).toEqual([trigger]);
    expect(parseEvent(anEvent(name), HOME)).toMatchObject({ ok: true });
  });

  test("the API's word for an attachment as well", () => {
    const details = [{ name: "networkInterfaceId", value: "eni-0abcd1234ef567890" }];
    const attachments = [
      { type: "elb", details: [] },
      { type: "ElasticNetworkInterface", details },
    ];
    expect(triggersOf(changed("ecs-task-running", { attachments }))).toEqual(["ecs_tasks"]);
  });

  test("an instance among other resources that are tagged", () => {
    expect(triggersOf(changed("api-create-tags", tagging("vol-1", "i-0abcd123")))).toEqual(["api_calls"]);
  });
});

describe("no rule lets through", () => {
  test.each([
    ["a schedule", () => anEvent("scheduled")],
    [
      "a launch that failed",
      () => anEvent("autoscaling-launch", { "detail-type": "EC2 Instance Launch Unsuccessful" }),
    ],
    ["a call that failed", () => anEvent("api-attach-network-interface-refused")],
    ["a call that does not say what it detached", () => anEvent("api-detach-network-interface")],
    ["a call that nobody here reads", () => changed("api-create-tags", { eventName: "RunInstances" })],
    ["tags of sessions, such as our own", () => changed("api-create-tags", tagging("tms-0abcd1234ef567890"))],
    ["tags of interfaces", () => changed("api-delete-tags", tagging("eni-0abcd1234ef567890"))],
    ["a call of another service", () => changed("api-create-tags", { eventSource: "rds.amazonaws.com" })],
    ["a task without an interface", () => changed("ecs-task-running", { attachments: [] })],
    [
      "a task whose interface is being made",
      () => changed("ecs-task-running", task({ name: "subnetId", value: "subnet-1" })),
    ],
    [
      "a task on its way from one state to another",
      () => changed("ecs-task-running", { lastStatus: "DEPROVISIONING" }),
    ],
    ["tags of a bucket", () => changed("tag-change", { service: "s3", "resource-type": "bucket" })],
    ["tags of a volume", () => changed("tag-change", { "resource-type": "volume" })],
    ["somebody else's event of the same form", () => anEvent("tag-change", { source: "com.example" })],
  ])("%s", (_, event) => {
    expect(triggersOf(event())).toEqual([]);
  });

  test.each(["ec2-state-running", "autoscaling-launch", "ecs-task-running", "api-create-tags", "tag-change"])(
    "%s of another account or region",
    (name) => {
      expect(triggersOf(anEvent(name, { account: "999999999999" }))).toEqual([]);
      expect(triggersOf(anEvent(name, { region: "eu-west-2" }))).toEqual([]);
    },
  );
});
