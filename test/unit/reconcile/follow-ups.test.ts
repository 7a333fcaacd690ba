import { describe, expect, it } from "@jest/globals";
import type { SQSRecord } from "aws-lambda";
import { describeSession } from "../../../functions/core/sessions/ownership.js";
import { DELIVERIES } from "../../../functions/core/events/retry.js";
import { APPLY_LASTS_MS } from "../../../functions/core/sessions/filter-drift.js";
import { handleBatch } from "../../../functions/reconcile/batch.js";
import { anApp, type Account, type FakeApp } from "../../support/app.js";
import { aForeignSession, aPolicy, aSession, aSource, CONTROLLER, VPC } from "../../support/builders.js";
import { anEvent, aRunningEvent, ACCOUNT_REGION } from "../../support/events.js";
import { aClaimStore } from "../../support/claim-store.js";
import { aClock, aWriter, done, failed, hooksOf, NOON } from "../../support/fakes.js";

const I = "i-0abcd1234ef567890";
const ENI = "eni-0abcd1234ef567890";
const source = aSource({ id: ENI, instance: { id: I, tags: { Mirror: "true" } } });
const selectsNothing = aPolicy({ sources: {} });
const record = (fixture: string, over: object = {}, deliveries = 1) =>
  ({
    messageId: fixture,
    body: anEvent(fixture, over),
    receiptHandle: fixture,
    attributes: { ApproximateReceiveCount: String(deliveries) },
  }) as SQSRecord;
async function handle(app: FakeApp, ...records: SQSRecord[]): Promise<string[]> {
  const answer = await handleBatch(app, records, ACCOUNT_REGION, app.clock.now() + 55_000);
  return answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}
const withSource = (more: Account = {}) => anApp({ observation: { sources: [source] }, ...more });
const detailTypes = (app: FakeApp) => app.sent.map(({ detailType }) => detailType);

describe("a launch hook", () => {
  const policy = aPolicy({
    hooks: [{ autoscaling_group_name: "web", hook_name: "mirror-mirror", when_not_mirrored: "abandon" }],
  });

  it("is completed once the instance is mirrored", async () => {
    const app = withSource({ policy });
    expect(await handle(app, record("autoscaling-launch-hook"))).toEqual([]);
    expect([app.writer.calls, app.hooks.completed]).toEqual([[`create ${ENI}`], [`CONTINUE ${I}`]]);
    expect(app.metric("HooksContinued")).toEqual([1]);
  });

  it("waits while EC2 is slow, for longer than a look would", async () => {
    const app = withSource({ policy, writer: aWriter(() => failed("throttled")) });
    for (const deliveries of [1, 4, 5, 8, 9]) {
      expect(await handle(app, record("autoscaling-launch-hook", {}, deliveries))).toHaveLength(1);
    }
    expect(app.returned.map(({ seconds }) => seconds)).toEqual([1, 8, 30, 1800, 0]);
    expect(app.hooks.completed).toEqual([]);
  });

  it("waits where EC2 lists a new interface and does not know it on a create yet", async () => {
    const writer = aWriter(() => failed("gone", "InvalidNetworkInterfaceID.NotFound"));
    const app = withSource({ policy, writer });
    expect(await handle(app, record("autoscaling-launch-hook"))).toHaveLength(1);
    expect(app.hooks.completed).toEqual([]);
  });

  it("is abandoned when the instance cannot be mirrored, and that is what the user wants", async () => {
    const app = withSource({ policy, writer: aWriter(() => failed("refused")) });
    expect(await handle(app, record("autoscaling-launch-hook"))).toEqual([]);
    expect(app.hooks.completed).toEqual([`ABANDON ${I}`]);
    expect(app.metric("HooksAbandoned")).toEqual([1]);
  });

  it("is continued all the same when launches come to nothing one after the other", async () => {
    const app = withSource({
      policy,
      writer: aWriter(() => failed("refused")),
      hooks: hooksOf(undefined, 3),
    });
    await handle(app, record("autoscaling-launch-hook"));
    expect(app.hooks.completed).toEqual([`CONTINUE ${I}`]);
    expect(app.metric("HookBreakerOpen")).toEqual([1]);
  });

  it("is continued once the batch itself has ended as many as the user allows", async () => {
    const ids = Array.from({ length: 10 }, (_, n) => `i-000000000000000${String(n)}0`);
    const sources = ids.map((id, n) => aSource({ id: `eni-000000000000000${String(n)}0`, instance: { id } }));
    const writer = aWriter(() => failed("refused"));
    const app = anApp({ observation: { sources }, policy, writer });
    const { detail } = JSON.parse(anEvent("autoscaling-launch-hook")) as { detail: object };
    const records = ids.map((id): SQSRecord => {
      const each = record("autoscaling-launch-hook", { detail: { ...detail, EC2InstanceId: id } });
      return { ...each, messageId: id };
    });
    expect(await handle(app, ...records)).toEqual([]);
    const ended = app.hooks.completed.filter((each) => each.startsWith("ABANDON"));
    expect([app.hooks.completed.length, ended.length]).toEqual([10, 3]);
    expect([app.metric("HooksAbandoned"), app.metric("HookBreakerOpen")]).toEqual([[3], [7]]);
  });

  it("that somebody else has completed is no failure, one that AWS could not complete is tried again", async () => {
    const gone = withSource({ policy, hooks: hooksOf(() => failed("gone", "ValidationError")) });
    expect(await handle(gone, record("autoscaling-launch-hook"))).toEqual([]);
    const slow = withSource({ policy, hooks: hooksOf(() => failed("throttled")) });
    expect(await handle(slow, record("autoscaling-launch-hook"))).toHaveLength(1);
    expect(slow.metric("DutiesRetried")).toEqual([1]);
  });

  it.each(["observe", "drain"] as const)("does not hold up a launch in mode %s", async (mode) => {
    const app = withSource({ policy, settings: { mode } });
    expect(await handle(app, record("autoscaling-launch-hook"))).toEqual([]);
    expect([app.writer.calls, app.hooks.completed]).toEqual([[], [`CONTINUE ${I}`]]);
  });
});

describe("a demand", () => {
  it("is mirrored although no entry selects it, with what its VPC gives", async () => {
    const app = withSource({ policy: selectsNothing });
    expect(await handle(app, record("mirror-requested"))).toEqual([]);
    expect(app.writer.calls).toEqual([`create ${ENI}`]);
    expect(app.store.claim(ENI)?.status).toBe("mirrored");
    expect(app.metric("DemandsOpened")).toEqual([1]);
  });

  it("leaves the session to a sweep's guardrail only where nobody asked: a withdrawal removes it at once", async () => {
    const store = aClaimStore();
    await handle(withSource({ policy: selectsNothing, store }), record("mirror-requested"));
    const tags = aSession({ interfaceId: ENI }).tags;
    const description = describeSession(CONTROLLER, ENI, "demand");
    const session = aSession({
      interfaceId: ENI,
      description,
      tags: { ...tags, "traffic-mirror:rule": "demand" },
    });
    const app = anApp({
      observation: { sources: [source], sessions: [session] },
      policy: selectsNothing,
      store,
    });
    await handle(app, record("mirror-withdrawn", { time: "2026-01-05T12:00:01Z" }));
    expect(app.writer.calls).toEqual(["delete tms-1"]);
    expect(store.claim(ENI)?.status).toBe("ended");
  });

  it("that cannot be written does not hold up the rest of its batch", async () => {
    const app = withSource({ store: aClaimStore([], () => true) });
    const records = [record("mirror-requested"), record("tag-change")];
    expect(await handle(app, ...records)).toEqual(["mirror-requested"]);
    expect(app.writer.calls).toEqual([`create ${ENI}`]);
  });

  it("waits where EC2 lists a new interface and does not know it on a create yet", async () => {
    const writer = aWriter((_, before) =>
      before === 0 ? failed("gone", "InvalidNetworkInterfaceID.NotFound") : done,
    );
    const app = withSource({ policy: selectsNothing, writer });
    expect(await handle(app, record("mirror-requested"))).toEqual(["mirror-requested"]);
    expect(app.store.claim(ENI)?.status).toBe("requested");
    expect(await handle(app, record("mirror-requested", {}, 2))).toEqual([]);
    expect(app.store.claim(ENI)?.status).toBe("mirrored");
  });

  it("outside our VPCs is refused and counted", async () => {
    const app = anApp();
    expect(await handle(app, record("mirror-requested"))).toEqual([]);
    expect(app.metric("DemandsRefused")).toEqual([1]);
    // By the names that every other line has, which an operator filters by.
    const fields = { interface: ENI, reason: "outside-vpcs", requester: "traffic-mirror" };
    expect(app.logs).toContainEqual({ level: "warn", message: '"demand refused"', fields });
  });

  it("of GuardDuty is mirrored where an entry waits for it, and its repetitions add nothing", async () => {
    const policy = aPolicy({ sources: { vpcs: [{ name: "suspects", vpc_id: VPC, on: "guardduty" }] } });
    const store = aClaimStore();
    const first = withSource({ policy, store });
    await handle(first, record("guardduty-finding"));
    expect(first.writer.calls).toEqual([`create ${ENI}`]);
    const session = aSession({ interfaceId: ENI });
    const tags = { ...session.tags, "traffic-mirror:rule": "suspects" };
    const description = describeSession(CONTROLLER, ENI, "suspects");
    const again = anApp({
      observation: { sources: [source], sessions: [{ ...session, tags, description }] },
      policy,
      store,
    });
    await handle(again, record("guardduty-finding", { time: "2026-01-05T12:10:00Z" }));
    expect(again.writer.calls).toEqual([]);
    expect([...store.claims.values()]).toMatchObject([{ requester: "guardduty" }]);
  });
});

describe("an interface that was detached, whose event does not name it", () => {
  const detached = (seconds = 0) =>
    record("api-detach-network-interface", {
      time: new Date(Date.parse("2026-01-05T12:00:00Z") + seconds * 1000).toISOString(),
    });

  it("asks for a sweep, and is done with: nothing of it comes back", async () => {
    const app = anApp({ lost: 1 });
    expect(await handle(app, detached())).toEqual([]);
    expect(app.sent).toEqual([
      { detailType: "Sweep Requested", detail: { controller: "mirror", reason: "detached" } },
    ]);
    expect(app.metric("Tampering")).toEqual([0]);
  });

  it("does so once for many, and not where tampering has asked already", async () => {
    const app = anApp();
    await handle(
      app,
      record("api-delete-traffic-mirror-session"),
      ...Array.from({ length: 9 }, () => detached()),
    );
    expect(detailTypes(app)).toEqual(["Mirror Session Tampered", "Sweep Requested"]);
    app.clock.advance(31_000);
    await handle(app, detached(30));
    expect(detailTypes(app)).toHaveLength(3);
  });

  it.each(["observe", "drain"] as const)("asks for nothing in mode %s", async (mode) => {
    const app = anApp({ settings: { mode } });
    expect(await handle(app, detached())).toEqual([]);
    expect(app.sent).toEqual([]);
  });
});

describe("tampering", () => {
  const deleted = (seconds = 0) =>
    record("api-delete-traffic-mirror-session", {
      time: new Date(Date.parse("2026-01-05T12:00:00Z") + seconds * 1000).toISOString(),
    });

  it("is reported with who did it, and a sweep is asked for", async () => {
    const app = anApp();
    expect(await handle(app, deleted())).toEqual([]);
    expect(app.sent).toMatchObject([
      {
        detailType: "Mirror Session Tampered",
        detail: {
          session_id: "tms-0abcd1234ef567890",
          who: "arn:aws:sts::111122223333:assumed-role/deploy/deploy",
        },
      },
      { detailType: "Sweep Requested" },
    ]);
    expect(app.metric("Tampering")).toEqual([1]);
  });

  it("a hundred times asks for one sweep, and for another once time has passed", async () => {
    const app = anApp();
    for (let n = 0; n < 100; n++) await handle(app, deleted());
    app.clock.advance(31_000);
    await handle(app, deleted(30));
    expect(detailTypes(app).filter((type) => type === "Sweep Requested")).toHaveLength(2);
    expect(app.metric("Tampering").reduce((sum, each) => sum + each)).toBe(101);
  });

  it("of a session that a sweep asked for since has healed is reported, without another sweep", async () => {
    const app = anApp();
    await handle(app, deleted());
    app.clock.advance(31_000);
    await handle(app, deleted(-5));
    expect(detailTypes(app)).toEqual([
      "Mirror Session Tampered",
      "Sweep Requested",
      "Mirror Session Tampered",
    ]);
  });

  it("with somebody else's session is none", async () => {
    const app = anApp({ observation: { sessions: [aForeignSession({ id: "tms-0abcd1234ef567890" })] } });
    expect(await handle(app, record("api-modify-traffic-mirror-session"))).toEqual([]);
    expect(app.sent).toEqual([]);
    expect(app.metric("Tampering")).toEqual([0]);
  });

  it("with a session of ours is reported although its tags were taken off before", async () => {
    const robbed = aSession({ id: "tms-0abcd1234ef567890", tags: {} });
    const app = anApp({ observation: { sessions: [robbed] } });
    expect(await handle(app, record("api-modify-traffic-mirror-session"))).toEqual([]);
    expect(app.metric("Tampering")).toEqual([1]);
  });

  it("is tried again when EC2 cannot be read", async () => {
    const app = anApp();
    app.ports.observer.sessionsById = () => Promise.reject(new Error("EC2 says no"));
    expect(await handle(app, deleted())).toHaveLength(1);
  });
});

describe("a call that changes a mirror filter", () => {
  const TMF = "tmf-0abcd1234ef567890";
  const all = { rule_number: 100, source_cidr_block: "0.0.0.0/0", destination_cidr_block: "0.0.0.0/0" };
  const policy = aPolicy({ filters: [{ filter_ids: [TMF], ingress: [all] }] });
  const rule = {
    direction: "ingress",
    number: 100,
    action: "accept",
    sourceCidr: "0.0.0.0/0",
    destinationCidr: "0.0.0.0/0",
  } as const;
  const DAY_MS = 86_400_000;
  const accountWith = (rules: readonly (typeof rule)[], more: Account = {}) =>
    anApp({
      policy,
      policyWrittenAt: NOON - DAY_MS,
      clock: aClock(NOON + APPLY_LASTS_MS),
      observation: { filters: [{ id: TMF, rules, networkServices: [] }] },
      ...more,
    });
  const deletedRule = (deliveries = 1) => record("api-delete-traffic-mirror-filter-rule", {}, deliveries);

  it("is reported with who did it when the filter is not what Terraform declared, and no apply explains it", async () => {
    const app = accountWith([]);
    expect(await handle(app, deletedRule(), record("api-create-traffic-mirror-filter-rule"))).toEqual([]);
    const who = "arn:aws:sts::111122223333:assumed-role/deploy/deploy";
    expect(app.sent).toMatchObject([
      {
        detailType: "Mirror Filter Tampered",
        detail: { filter_ids: [TMF], call: "DeleteTrafficMirrorFilterRule", who },
      },
      { detailType: "Mirror Filter Tampered", detail: { call: "CreateTrafficMirrorFilterRule", who } },
    ]);
    expect(app.metric("Tampering")).toEqual([2]);
  });

  describe("among several that differ", () => {
    const OTHER = "tmf-0abcd1234ef567891";
    const RULE = "tmfr-0abcd1234ef567890";
    const two = aPolicy({ filters: [{ filter_ids: [TMF, OTHER], ingress: [all] }] });
    const modified = (more: object) => {
      const { detail } = JSON.parse(anEvent("api-delete-traffic-mirror-filter-rule")) as { detail: object };
      const eventName = "ModifyTrafficMirrorFilterRule";
      const requestParameters = { [`${eventName}Request`]: { TrafficMirrorFilterRuleId: RULE } };
      return record("api-delete-traffic-mirror-filter-rule", {
        detail: { ...detail, eventName, requestParameters, ...more },
      });
    };
    const answer = {
      trafficMirrorFilterRule: { trafficMirrorFilterRuleId: RULE, trafficMirrorFilterId: OTHER },
    };
    const odd = { ...rule, number: 7 };
    const reported = async (message: ReturnType<typeof record>, ...filters: readonly object[]) => {
      const observation = { filters } as Account["observation"];
      const app = accountWith([], { policy: two, ...(observation && { observation }) });
      await handle(app, message);
      return app.sent.map(({ detail }) => detail);
    };
    const aFilter = (id: string, ...rules: readonly object[]) => ({ id, rules, networkServices: [] });

    it.each<[string, object, readonly object[]]>([
      ["whose rule it is", {}, [aFilter(TMF, odd), aFilter(OTHER, { ...odd, id: RULE })]],
      [
        "that the answer in the record names",
        { responseElements: { ModifyTrafficMirrorFilterRuleResponse: answer } },
        [aFilter(TMF), aFilter(OTHER)],
      ],
    ])("the one is named %s", async (_which, more, filters) => {
      expect(await reported(modified(more), ...filters)).toMatchObject([
        { filter_ids: [OTHER], one_of: false },
      ]);
    });

    it("nothing is reported where the rule's filter is as declared", async () => {
      const filters = [aFilter(TMF), aFilter(OTHER, { ...rule, id: RULE })];
      expect(await reported(modified({}), ...filters)).toEqual([]);
    });

    it("of a rule that is gone, those that lack something are named", async () => {
      const both = [aFilter(TMF), aFilter(OTHER, odd)];
      expect(await reported(deletedRule(), ...both)).toMatchObject([
        { filter_ids: [TMF, OTHER], one_of: true },
      ]);
      const one = [aFilter(TMF), aFilter(OTHER, rule, odd)];
      expect(await reported(deletedRule(), ...one)).toMatchObject([{ filter_ids: [TMF], one_of: false }]);
    });
  });

  it("is asked about again while an apply may be under way, though not for ever", async () => {
    for (const more of [
      { clock: aClock(NOON + APPLY_LASTS_MS - 1) },
      { policyWrittenAt: NOON + 1 },
    ] satisfies Account[]) {
      const app = accountWith([], more);
      expect(await handle(app, deletedRule())).toHaveLength(1);
      expect(app.sent).toEqual([]);
      expect(await handle(app, deletedRule(DELIVERIES))).toEqual([]);
      expect(detailTypes(app)).toEqual(["Mirror Filter Tampered"]);
    }
  });

  it.each<[string, FakeApp]>([
    ["the filter is as declared, as after an apply", accountWith([rule])],
    ["the filter was not read", accountWith([], { observation: {} })],
    ["nothing was declared", accountWith([], { policy: aPolicy() })],
  ])("is none where %s", async (_where, app) => {
    expect(await handle(app, deletedRule(), record("api-create-traffic-mirror-filter-rule"))).toEqual([]);
    expect(app.sent).toEqual([]);
    expect(app.metric("Tampering")).toEqual([0]);
  });

  it("is tried again when EC2 cannot be read", async () => {
    const app = accountWith([]);
    app.ports.observer.filters = () => Promise.reject(new Error("EC2 says no"));
    expect(await handle(app, deletedRule())).toHaveLength(1);
  });
});

describe("tags of a session, target, filter or endpoint", () => {
  const tagging = (...ids: string[]) => {
    const { detail } = JSON.parse(anEvent("api-delete-tags")) as { detail: object };
    const items = ids.map((resourceId) => ({ resourceId }));
    return record("api-delete-tags", {
      detail: { ...detail, requestParameters: { resourcesSet: { items } } },
    });
  };

  it.each(["tms", "tmt", "tmf", "vpce"])("%s: a sweep looks, once for many", async (kind) => {
    const app = anApp();
    expect(await handle(app, tagging(`${kind}-0abcd1234ef567890`), tagging("tms-0abcd1234ef567891"))).toEqual(
      [],
    );
    expect(app.sent).toMatchObject([{ detailType: "Sweep Requested", detail: { reason: "tagged" } }]);
  });

  it("of anything else ask for none", async () => {
    const app = anApp();
    await handle(app, tagging("vol-0abcd1234ef567890", I));
    expect(app.sent).toEqual([]);
  });
});

describe("what is published on the bus", () => {
  it("is each session that changed and each source that is refused", async () => {
    const other = aSource({ id: "eni-00000002", instance: { id: "i-00000002", type: "t2.micro" } });
    const refusing = (call: string) => (call.endsWith("eni-00000002") ? failed("refused") : done);
    const app = anApp({ observation: { sources: [source, other] }, writer: aWriter(refusing) });
    await handle(app, record("ec2-state-running"), {
      ...record("tag-change"),
      body: aRunningEvent("i-00000002"),
    });
    expect(app.sent).toMatchObject([
      { detailType: "Mirror Session Changed", detail: { change: "created", network_interface_id: ENI } },
      { detailType: "Mirror Source Refused", detail: { reason: "instance-type" } },
    ]);
  });

  it("and what it does not take is counted", async () => {
    const app = withSource({ lost: 1 });
    expect(await handle(app, record("ec2-state-running"))).toEqual([]);
    expect(app.metric("EventsNotSent")).toEqual([1]);
  });
});

describe("the age of events when they are first handled", () => {
  it("counts neither records of a trail nor what came back", async () => {
    const app = withSource();
    app.clock.advance(3_000);
    const time = "2026-01-05T12:00:00Z";
    const came = [record("ec2-state-running", { time }), record("api-create-tags", { time })];
    await handle(app, ...came, record("tag-change", { time }, 2));
    expect(app.metric("EventDelay")).toEqual([3_000]);
  });
});
