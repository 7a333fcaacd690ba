/** What is made of what a probe saw: every answer that AWS might give, those included that nobody expects. */
import type { Finding } from "../../../qualify/model.js";
import { acceptedOrRefused } from "../../../qualify/judge.js";
import { PROBES } from "../../../qualify/probes/index.js";
import { FACTS } from "../../../qualify/facts.js";
import type { Mirrored } from "../../../qualify/frames.js";
import type { Event } from "../../../qualify/published.js";
import * as launch from "../../../qualify/probes/abandoned-launch.js";
import * as endpoint from "../../../qualify/probes/endpoint.js";
import * as perZone from "../../../qualify/probes/endpoints-per-zone.js";
import * as quota from "../../../qualify/probes/filter-rule-quota.js";
import * as goneByTag from "../../../qualify/probes/gone-under-tag-condition.js";
import * as mutations from "../../../qualify/probes/mutations.js";
import * as nat from "../../../qualify/probes/nat-gateway-spelling.js";
import * as notFound from "../../../qualify/probes/not-found-codes.js";
import * as writes from "../../../qualify/probes/parameter-writes.js";
import * as pending from "../../../qualify/probes/pending-instance.js";
import * as spread from "../../../qualify/probes/permission-spread.js";
import * as refused from "../../../qualify/probes/refused-type.js";
import * as role from "../../../qualify/probes/role-made-anew.js";
import * as number from "../../../qualify/probes/session-number-taken.js";
import * as tags from "../../../qualify/probes/tags-of-others.js";
import * as token from "../../../qualify/probes/token-after-delete.js";
import * as rebalance from "../../../qualify/probes/udp-rebalance.js";
import * as spreading from "../../../qualify/probes/queue-spread.js";
import * as symmetry from "../../../qualify/probes/port-symmetry.js";
import * as pool from "../../../qualify/probes/warm-pool-events.js";

/** The value that was seen, else the status. */
const said = ({ status, value }: Finding): string => value ?? status;
const event = (type: string, detail = {}): Event => ({
  source: "aws.autoscaling",
  "detail-type": type,
  detail,
  at: 0,
});

const flow = (from: string, to: string, port: number): Mirrored => ({ from, to, port });
/** As ethtool prints them: all queues before, then all of them after. */
const counters = (...queues: readonly (readonly [number, number])[]): string =>
  [0, 1]
    .flatMap((time) => queues.map((each, index) => `     queue_${index}_rx_cnt: ${each[time] ?? 0}`))
    .join("\n");

test("every fact has one probe", () => {
  expect(PROBES.flatMap(({ facts }) => facts).sort()).toEqual(FACTS.map(({ id }) => id).sort());
});

test.each<[string, Finding, string]>([
  ["accepted", acceptedOrRefused("x", undefined), "accepted"],
  ["refused as unsupported", acceptedOrRefused("x", "NetworkInterfaceNotSupported"), "refused"],
  ["refused by any other code", acceptedOrRefused("x", "IncorrectInstanceState"), "refused"],
  ["not permitted", acceptedOrRefused("x", "UnauthorizedOperation"), "unknown"],
  ["throttled", acceptedOrRefused("x", "RequestLimitExceeded"), "unknown"],
  ["beyond a quota", acceptedOrRefused("x", "TrafficMirrorSessionsPerInterfaceLimitExceeded"), "unknown"],

  ["a number taken", number.judge("InvalidParameterValue"), "InvalidParameterValue"],
  ["a number taken, by a code that nobody knows", number.judge("SomethingElse"), "unknown"],
  ["a number taken twice", number.judge(undefined), "unknown"],
  ["gone", notFound.judge("InvalidTrafficMirrorSessionId.NotFound"), "invalid-id"],
  ["gone, of old", notFound.judge("TrafficMirrorSessionNotFound"), "older"],
  ["gone, and deleted", notFound.judge(undefined), "unknown"],
  ["gone, by tag", goneByTag.judge("InvalidTrafficMirrorSessionId.NotFound"), "not-found"],
  ["gone, by tag, of old", goneByTag.judge("TrafficMirrorSessionNotFound"), "not-found"],
  ["gone, by tag, unauthorized", goneByTag.judge("UnauthorizedOperation"), "unauthorized"],
  ["gone, by tag, throttled", goneByTag.judge("RequestLimitExceeded"), "unknown"],
  ["a NAT gateway's", nat.judge("natGateway"), "natGateway"],
  ["a NAT gateway's, as an ordinary one", nat.judge("interface"), "unknown"],
  ["a NAT gateway's, not there", nat.judge(undefined), "unknown"],

  ["the old session again", token.judge("tms-1", { id: "tms-1" }), "answers-old"],
  ["a new one", token.judge("tms-1", { id: "tms-2" }), "creates"],
  ["a mismatch", token.judge("tms-1", { code: "IdempotentParameterMismatch" }), "unknown"],
  ["an eleventh rule", quota.judge(10, undefined), "per-direction"],
  ["no eleventh rule", quota.judge(10, "TrafficMirrorFilterRuleLimitExceeded"), "together"],
  ["no tenth rule", quota.judge(9, "RequestLimitExceeded"), "unknown"],

  ["two endpoints", perZone.judge(undefined), "many"],
  ["one endpoint", perZone.judge("DuplicateSubnetsInSameZone"), "one"],
  ["no endpoint at all", perZone.judge("VpcEndpointLimitExceeded"), "unknown"],
  ["available", endpoint.judgeAvailability("Available", 0), "at-once"],
  ["pending", endpoint.judgeAvailability("pending", 90), "pending"],
  ["an endpoint deleted", endpoint.judgeDeletion(undefined), "deletable"],
  ["an endpoint kept", endpoint.judgeDeletion("InvalidParameter"), "kept"],

  ["read", role.judge(undefined), "keeps-key"],
  ["not decrypted", role.judge("KMSAccessDeniedException"), "loses-key"],
  ["another fault", role.judge("ServiceException"), "unknown"],
  ["the slowest", spread.judge([1.2, 7, 3]), "7.0"],
  ["a type accepted after all", refused.judge(undefined), "accepted"],
  ["a type refused", refused.judge("NetworkInterfaceNotSupported"), "NetworkInterfaceNotSupported"],

  ["hidden", tags.judge([{ Key: "a", Value: "b" }], []), "hidden"],
  ["shown", tags.judge([{ Key: "a", Value: "b" }], [{ Key: "a", Value: "b" }]), "shown"],
  ["without tags anywhere", tags.judge([], []), "unknown"],
  ["not shared", tags.judge([{ Key: "a", Value: "b" }], undefined), "unknown"],

  ["all writes", writes.judge({ sent: 20, throttled: 0 }), "unlimited"],
  ["few writes", writes.judge({ sent: 20, throttled: 17 }), "three-a-second"],
  [
    "never throttled",
    mutations.judgeBuckets({ sent: 240, throttled: 0 }, { sent: 20, throttled: 0 }),
    "unknown",
  ],
  [
    "another not throttled",
    mutations.judgeBuckets({ sent: 80, throttled: 30 }, { sent: 20, throttled: 0 }),
    "per-action",
  ],
  ["another too", mutations.judgeBuckets({ sent: 80, throttled: 30 }, { sent: 20, throttled: 18 }), "shared"],
  [
    "another now and then",
    mutations.judgeBuckets({ sent: 80, throttled: 30 }, { sent: 20, throttled: 3 }),
    "unknown",
  ],
  ["a rate", mutations.judgeRate({ sent: 80, throttled: 30 }, 40, 8), "50, 5.0"],
  ["no rate", mutations.judgeRate({ sent: 240, throttled: 0 }, 0, 0), "unknown"],

  ["an end", launch.judgeStatus("Cancelled"), "Cancelled"],
  ["another end", launch.judgeStatus("Successful"), "unknown"],
  ["no activity", launch.judgeStatus(undefined), "unknown"],
  [
    "an event",
    launch.judgeEvent([
      event("EC2 Instance Launch Unsuccessful"),
      event("EC2 Instance-launch Lifecycle Action"),
    ]),
    "EC2 Instance Launch Unsuccessful",
  ],
  ["no event", launch.judgeEvent([event("EC2 Instance-launch Lifecycle Action")]), "none"],
  ["no packets", symmetry.judge([]), "unknown"],
  ["one direction", symmetry.judge([flow("a:1", "b:9", 1), flow("c:9", "d:1", 1)]), "unknown"],
  ["one port for both", symmetry.judge([flow("a:1", "b:9", 7), flow("b:9", "a:1", 7)]), "yes"],
  ["a port for each", symmetry.judge([flow("a:1", "b:9", 7), flow("b:9", "a:1", 8)]), "no"],
  [
    "one port for both of one flow alone",
    symmetry.judge([
      flow("a:1", "b:9", 7),
      flow("b:9", "a:1", 7),
      flow("a:2", "b:9", 5),
      flow("b:9", "a:2", 6),
    ]),
    "no",
  ],
  ["two queues", spreading.judge(counters([100, 3100], [0, 1000])), "0.75"],
  ["queues that got little", spreading.judge(counters([100, 200], [0, 100])), "unknown"],
  ["one queue", spreading.judge(counters([0, 5000])), "unknown"],
  ["no counters", spreading.judge("no stats available"), "unknown"],
  ["a flow that moved", rebalance.judge({ before: 9, lasting: 3, fresh: 4 }), "yes"],
  ["a flow that stayed", rebalance.judge({ before: 9, lasting: 0, fresh: 4 }), "no"],
  ["a node that got nothing", rebalance.judge({ before: 9, lasting: 0, fresh: 0 }), "unknown"],
  ["a flow that never came", rebalance.judge({ before: 0, lasting: 0, fresh: 4 }), "unknown"],

  ["no pool", pool.judge([], false), "unknown"],
  ["a silent pool", pool.judge([], true), "none"],
  [
    "a pool that speaks",
    pool.judge(
      [event("EC2 Instance-launch Lifecycle Action", { Origin: "EC2", Destination: "WarmPool" })],
      true,
    ),
    "EC2 Instance-launch Lifecycle Action (EC2 to WarmPool)",
  ],
])("%s", (_, finding, value) => {
  expect(said(finding)).toBe(value);
});

describe("a pending instance", () => {
  const early = { code: "InvalidNetworkInterfaceID.NotFound", state: "pending" };

  test.each([
    ["accepted while it was pending", [{ code: undefined, state: "pending" }], "accepted"],
    ["refused while it was pending", [{ code: "NetworkInterfaceNotSupported", state: "pending" }], "refused"],
    ["not known at first", [early, { code: undefined, state: "pending" }], "accepted"],
    ["accepted, but it was running by then", [{ code: undefined, state: "running" }], "unknown"],
    ["not known until it was running", [early, { ...early, state: "running" }], "unknown"],
  ])("%s", (_, tries, value) => {
    expect(said(pending.judge(tries))).toBe(value);
  });
});
