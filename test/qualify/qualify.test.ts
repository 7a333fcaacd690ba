/**
 * `make qualify` against the local cloud, as it would run in an account: one apply, the core cases, then every question with
 * every switch on its one side and on its other. What was set is found out, and the account is empty afterwards.
 */
import { startLocalCloud, type LocalCloud } from "../../local-cloud/index.js";
import { createClients } from "../../qualify/clients.js";
import { page } from "../../qualify/page.js";
import type { Findings } from "../../qualify/probe.js";
import { newest, parseRecord, type QualificationRecord } from "../../qualify/record.js";
import { askAll, qualify } from "../../qualify/run.js";
import { createAws } from "../support/aws.js";
import { expected, found, SIDES, turn } from "./sides.js";
import { OPTIONS, surroundings, whereOf } from "./stage.js";
import { stranger } from "./stranger.js";
import { fargateInterface, loadBalancerInterface, OTHER, removeInterface, shareTarget } from "./world.js";

let cloud: LocalCloud;
let record: QualificationRecord;
const bySide: Findings[] = [];
let others: () => Promise<readonly boolean[]>;
let left: Record<string, readonly string[]>;

beforeAll(async () => {
  cloud = await startLocalCloud();
  others = await stranger(cloud);
  const sharedTarget = await shareTarget(cloud);
  const extras = {
    trail: true,
    detector: false,
    secondProfile: "other",
    sharedTarget,
    fargateInterface: await fargateInterface(cloud),
  };
  const before = await createAws(cloud.env()).inventory();
  const given = { ...surroundings(cloud), second: createClients(whereOf(cloud, OTHER)) };
  record = await qualify({ ...OPTIONS, extras }, given, {
    asking: async (stage) => {
      // Long enough for a question within it on a busy machine, and EC2's buckets, which the cases are not to wait for.
      await cloud.ec2({ pendingMilliseconds: 8000 });
      await cloud.settings({ permissionDelay: 1500 });
      const ofLoadBalancer = await loadBalancerInterface(cloud, stage);
      for (const side of SIDES) {
        await turn(cloud, side);
        await cloud.interfere({ throttling: "documented" });
        bySide.push(await askAll(stage));
        await cloud.interfere({});
      }
      await turn(cloud, 0);
      // Terraform waits until a load balancer's interfaces are gone, which nobody else takes away here.
      await removeInterface(cloud, ofLoadBalancer);
      await cloud.ec2({ pendingMilliseconds: 0 });
      await cloud.settings({ permissionDelay: 0 });
      return bySide[0] ?? {};
    },
  });
  const after = await createAws(cloud.env()).inventory();
  left = Object.fromEntries(
    Object.entries(after).flatMap(([kind, ids]) => {
      const own = ids.filter((id) => before[kind]?.includes(id) !== true);
      return own.length === 0 ? [] : [[kind, own]];
    }),
  );
  // Eight minutes on a quiet machine, and more than twice as many beside others.
}, 2_700_000);

afterAll(() => cloud.stop());

test("every case is played and passes, but for packets, which the local cloud does not have", () => {
  const results = Object.fromEntries(
    record.cases.map(({ name, result, detail }) => [name, [result, detail]]),
  );
  const failed = record.cases.filter(({ result }) => result === "failed");
  expect(failed).toEqual([]);
  expect(Object.keys(results)).toEqual([
    "apply",
    "launch",
    "burst",
    "stop",
    "terminate",
    "tamper",
    "demand",
    "hook",
    "finding",
    "filter drift",
    "packets",
    "zone added",
    "destroy",
  ]);
  expect(record.cases.filter(({ result }) => result === "not run").map(({ name }) => name)).toEqual([
    "packets",
  ]);
});

test.each(SIDES)("every switch is found out, on side %i", (side) => {
  expect(found(bySide[side] ?? {})).toEqual(expected(side));
});

test("what is measured is what was set", () => {
  const [one, two] = bySide;
  // What was set is 1.5 s; some of it is over when the change is answered.
  expect(Number(one?.["permission-spread"]?.value)).toBeGreaterThanOrEqual(0.5);
  expect(one?.["refused-type"]).toMatchObject({ status: "seen", value: "NetworkInterfaceNotSupported" });
  // Fifty and what comes back while they are sent, on a busy machine for some seconds; five a second.
  const [atOnce = 0, rate = 0] = (two?.["mutation-rate"]?.value ?? "").split(", ").map(Number);
  expect(atOnce).toBeGreaterThan(45);
  expect(atOnce).toBeLessThan(140);
  expect(rate).toBeGreaterThan(2);
  expect(rate).toBeLessThan(8);
  expect(one?.["trail-delay"]?.status).toBe("seen");
});

test("what the local cloud cannot show is unknown, and what was not given is unproven", () => {
  expect(bySide[0]?.["warm-pool-events"]).toMatchObject({ status: "unknown" });
  expect(bySide[0]?.["finding-delay"]).toMatchObject({ status: "unproven" });
  for (const side of bySide) {
    for (const fact of ["port-symmetry", "queue-spread", "udp-rebalance"] as const) {
      expect(side[fact]).toEqual({ status: "unknown", detail: "No packets flow in the local cloud." });
    }
  }
});

test("everything is taken away, and what is somebody else's stays", async () => {
  expect(left).toEqual({});
  expect(record.left).toEqual([]);
  expect(await others()).toEqual([true, true, true]);
});

test("the record can be read, and is no proof of AWS", () => {
  const read = parseRecord("a.json", JSON.stringify(record));
  expect(newest([read])).toBeUndefined();
  expect(page(read)).toContain("On the local cloud, which proves nothing of AWS");
});

test("the local cloud could answer every call", async () => {
  expect(await cloud.gaps()).toEqual([]);
});
