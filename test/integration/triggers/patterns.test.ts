/** Which rule lets which event through: every real example, and what must stay outside. */
import { beforeAll, describe, expect, test } from "@jest/globals";
import { parseEvent, requestKinds } from "../../../functions/core/events/registry.js";
import { anEvent, ACCOUNT_REGION } from "../../support/events.js";
import { matches, parsePattern, type Json } from "../../../local-cloud/events/pattern.js";
import { readBusRules, readRules, valuesFor, type TriggerRule } from "./rules.js";

type Fields = Record<string, Json>;
let rules: readonly TriggerRule[];
let busRules: readonly TriggerRule[];

beforeAll(async () => {
  rules = await readRules(valuesFor(ACCOUNT_REGION));
  busRules = await readBusRules(valuesFor(ACCOUNT_REGION));
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
    ["api-detach-network-interface", "detachments"],
    ["tag-change", "tag_changes"],
    ["autoscaling-launch-hook", "lifecycle_hooks"],
    ["guardduty-finding", "guardduty"],
    ["guardduty-attack-sequence", "guardduty"],
    ["api-delete-traffic-mirror-session", "tampering"],
    ["api-modify-traffic-mirror-session", "tampering"],
    ["api-create-traffic-mirror-filter-rule", "tampering"],
    ["api-delete-traffic-mirror-filter-rule", "tampering"],
    ["api-modify-traffic-mirror-filter-network-services", "tampering"],
  ])("%s: %s", (name, trigger) => {
    expect(triggersOf(anEvent(name))).toEqual([trigger]);
    expect(parseEvent(anEvent(name), ACCOUNT_REGION)).toMatchObject({ ok: true });
  });

  const removal = (userIdentity: Fields) => changed("api-delete-traffic-mirror-session", { userIdentity });

  test.each<[string, Fields]>([
    ["a user, who has no role", { type: "IAMUser", arn: `arn:aws:iam::${ACCOUNT_REGION.account}:user/jane` }],
    ["the account itself", { type: "Root", arn: `arn:aws:iam::${ACCOUNT_REGION.account}:root` }],
    ["a service of AWS, which has no ARN", { type: "AWSService", invokedBy: "ec2.amazonaws.com" }],
  ])("a session removed by %s", (_, userIdentity) => {
    expect(triggersOf(removal(userIdentity))).toEqual(["tampering"]);
  });

  const byRole = (path: string, region = ACCOUNT_REGION.region) => {
    const role = `${path}${region}`;
    const arn = `arn:aws:iam::${ACCOUNT_REGION.account}:role/${role}`;
    const session = `arn:aws:sts::${ACCOUNT_REGION.account}:assumed-role/${role}/${role}`;
    return removal({ type: "AssumedRole", arn: session, sessionContext: { sessionIssuer: { arn } } });
  };
  const followUpsOf = (event: string) => {
    const parsed = parseEvent(event, ACCOUNT_REGION);
    return parsed.ok ? parsed.event.followUps.length : "dropped";
  };

  test.each([
    "mirror-sweep-",
    "mirror-reconcile-",
    "mirror-requests-",
    "other-controller-sweep-",
    "other-controller-requests-",
  ])("but not by a controller's function, of which the parser says the same: %s", (role) => {
    expect(triggersOf(byRole(role))).toEqual([]);
    expect(followUpsOf(byRole(role))).toBe(0);
  });

  test.each([
    ["of another region", byRole("mirror-sweep-", "us-east-1")],
    ["whose name only begins so", byRole("mirror-sweep-eu-west-1-")],
    ["whose path ends so", byRole("mirror-sweep-eu-west-1/deploy-")],
  ])("and the two agree about a role %s", (_, event) => {
    expect(triggersOf(event)).toEqual(["tampering"]);
    expect(followUpsOf(event)).toBe(1);
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
    [
      "a detachment that failed",
      () => changed("api-detach-network-interface", { errorCode: "Client.OperationNotPermitted" }),
    ],
    ["a call that nobody here reads", () => changed("api-create-tags", { eventName: "RunInstances" })],
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
    ["a hook of another group", () => changed("autoscaling-launch-hook", { AutoScalingGroupName: "other" })],
    [
      "a hook that holds what ends",
      () =>
        changed("autoscaling-launch-hook", { LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING" }),
    ],
    ["a finding of low severity", () => changed("guardduty-finding", { severity: 3.9 })],
    ["a finding about another account", () => changed("guardduty-finding", { accountId: "999999999999" })],
    [
      "a removal that failed",
      () => changed("api-delete-traffic-mirror-session", { errorCode: "Client.UnauthorizedOperation" }),
    ],
    ["a request, which is for another bus", () => anEvent("mirror-requested")],
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

describe("the controller's own bus", () => {
  const rulesOf = (event: string): string[] =>
    busRules
      .filter(({ pattern }) => matches(parsePattern(pattern), JSON.parse(event) as Json))
      .map(({ trigger }) => trigger);

  test.each(["mirror-requested", "mirror-withdrawn"])(
    "takes %s, by trusted and identified requesters",
    (name) => {
      for (const source of ["traffic-mirror", "traffic-mirror/AROAEXAMPLE:i-0abcd1234ef567890"]) {
        expect(rulesOf(anEvent(name, { source }))).toEqual(["requests"]);
        const event = anEvent(name, { source });
        expect(parseEvent(event, ACCOUNT_REGION, requestKinds)).toMatchObject({ ok: true });
        // Nobody asks by the way of AWS's events.
        expect(parseEvent(event, ACCOUNT_REGION)).toMatchObject({ ok: false });
      }
    },
  );

  test("starts a sweep for our functions alone, and takes no request from them", () => {
    const source = "traffic-mirror.controller";
    const sweep = { "detail-type": "Sweep Requested" };
    expect(rulesOf(anEvent("mirror-requested", { source, ...sweep }))).toEqual(["sweep"]);
    expect(rulesOf(anEvent("mirror-requested", { source: "traffic-mirror", ...sweep }))).toEqual([]);
    expect(rulesOf(anEvent("mirror-requested", { source: "traffic-mirror/x", ...sweep }))).toEqual([]);
    expect(rulesOf(anEvent("mirror-requested", { source }))).toEqual([]);
    expect(rulesOf(anEvent("mirror-requested", { account: "999999999999" }))).toEqual([]);
  });
});
