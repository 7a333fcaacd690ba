import { beforeEach, describe, expect, test } from "@jest/globals";
import {
  callOf,
  createBench,
  errorCode,
  ids,
  OTHER,
  prepared,
  SUBNETS,
  VPC,
  WHERE,
  type Bench,
} from "../support/ec2.js";
import type { Answer, Call } from "../types.js";
import { ec2Ok } from "../xml.js";
import { isDropped, isSilent } from "./index.js";
import { matchesAction } from "./match.js";

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});

const OK = ec2Ok("Any", {});

async function through(call: Call): Promise<Answer> {
  return (await bench.interference.before(call)) ?? bench.interference.after(call, OK);
}
async function passed(call: () => Call, times: number): Promise<number> {
  let count = 0;
  for (let i = 0; i < times; i++) if ((await through(call())).status === 200) count++;
  return count;
}

describe("token buckets", () => {
  beforeEach(() => bench.interference.configure({ throttling: "documented" }));

  test.each([
    ["DescribeInstances", { MaxResults: "1000" }, 100, 20],
    ["DescribeInstances", {}, 50, 10],
    ["DescribeNetworkInterfaces", {}, 50, 10],
    ["DescribeNetworkInterfaces", { "Filter.1.Name": "vpc-id" }, 100, 20],
    ["CreateTrafficMirrorSession", {}, 50, 5],
    ["CreateTags", {}, 100, 10],
    ["CreateVpcEndpoint", {}, 4, 0.3],
  ])("%s %o: capacity %i, refilled by %d a second", async (action, params, capacity, refill) => {
    expect(await passed(() => callOf(action, params), capacity + 20)).toBe(capacity);
    bench.now += 10_000;
    expect(await passed(() => callOf(action, params), capacity + 20)).toBe(Math.min(capacity, refill * 10));
  });

  test("the refusal is EC2's, and creates refused are counted apart", async () => {
    await passed(() => callOf("CreateTrafficMirrorSession"), 53);
    const refused = await through(callOf("CreateTrafficMirrorSession"));
    expect([refused.status, errorCode(refused)]).toEqual([503, "RequestLimitExceeded"]);
    expect(bench.interference.counts()).toMatchObject({
      creates: { calls: 54, throttled: 4 },
      actions: { "ec2:CreateTrafficMirrorSession": { calls: 54, throttled: 4, failed: 4, faulted: 0 } },
    });
  });

  test("accounts and regions have buckets of their own", async () => {
    await passed(() => callOf("CreateTrafficMirrorSession"), 50);
    expect(await passed(() => callOf("CreateTrafficMirrorSession", {}, OTHER), 60)).toBe(50);
    expect(
      await passed(() => callOf("CreateTrafficMirrorSession", {}, { ...WHERE, region: "us-east-1" }), 60),
    ).toBe(50);
    expect(await passed(() => callOf("CreateTrafficMirrorSession"), 10)).toBe(0);
  });

  test("own buckets take their place", async () => {
    bench.interference.configure({
      throttling: [{ name: "reads", action: "sqs:*", capacity: 2, refill: 0, per: "class" }],
    });
    expect(await passed(() => callOf("ReceiveMessage", {}, WHERE, "sqs"), 5)).toBe(2);
    expect(await passed(() => callOf("CreateTrafficMirrorSession"), 60)).toBe(60);
  });
});

describe("faults", () => {
  const fault = (settings: object) =>
    bench.interference.configure({ faults: [{ action: "ec2:Create*", ...settings }] });
  const statuses = async (times: number) => {
    const seen: number[] = [];
    for (let i = 0; i < times; i++) seen.push((await through(callOf("CreateTrafficMirrorSession"))).status);
    return seen;
  };

  test.each([
    [{ first: 2 }, [500, 500, 200, 200]],
    [{ nth: 2 }, [200, 500, 200, 200]],
    [{ every: 2 }, [200, 500, 200, 500]],
    [{}, [500, 500, 500, 500]],
  ])("%o strikes %o", async (which, expected) => {
    fault(which);
    expect(await statuses(4)).toEqual(expected);
  });

  test("a probability repeats with its seed", async () => {
    const run = async (seed: number) => {
      bench.interference.configure({ seed, faults: [{ action: "*", probability: 0.5 }] });
      return statuses(40);
    };
    const first = await run(7);
    expect(new Set(first)).toEqual(new Set([200, 500]));
    expect(await run(7)).toEqual(first);
    expect(await run(8)).not.toEqual(first);
  });

  test("before the effect the call is answered early, after it the answer is replaced", async () => {
    fault({ code: "UnauthorizedOperation", status: 403 });
    const early = await bench.interference.before(callOf("CreateTags"));
    expect([early?.status, errorCode(early)]).toEqual([403, "UnauthorizedOperation"]);
    fault({ when: "after", code: "Unavailable", status: 503 });
    const call = callOf("CreateTags");
    expect(await bench.interference.before(call)).toBeUndefined();
    expect(errorCode(await bench.interference.after(call, OK))).toBe("Unavailable");
    expect(bench.interference.counts()).toMatchObject({ total: { calls: 2, faulted: 2, throttled: 0 } });
  });

  test("a connection can break before or after the effect", async () => {
    fault({ drop: true });
    expect(isDropped(await through(callOf("CreateTags")))).toBe(true);
    fault({ drop: true, when: "after" });
    const call = callOf("CreateTags");
    expect(await bench.interference.before(call)).toBeUndefined();
    expect(isDropped(await bench.interference.after(call, OK))).toBe(true);
  });

  test("a connection on which nothing ever comes, before or after the effect", async () => {
    fault({ silent: true });
    expect(isSilent(await through(callOf("CreateTags")))).toBe(true);
    fault({ silent: true, when: "after" });
    const call = callOf("CreateTags");
    expect(await bench.interference.before(call)).toBeUndefined();
    expect(isSilent(await bench.interference.after(call, OK))).toBe(true);
  });

  test("account and fields narrow a fault; a wrong configuration changes nothing", async () => {
    fault({ account: WHERE.account, params: { NetworkInterfaceId: "eni-*" } });
    expect((await through(callOf("CreateTags", { NetworkInterfaceId: "eni-1" }))).status).toBe(500);
    expect((await through(callOf("CreateTags", { NetworkInterfaceId: "eni-1" }, OTHER))).status).toBe(200);
    expect((await through(callOf("CreateTags"))).status).toBe(200);
    expect(() => fault({ nth: 1, first: 1 })).toThrow("only one of");
    expect((await through(callOf("CreateTags", { NetworkInterfaceId: "eni-1" }))).status).toBe(500);
  });

  test("errors have the form of their service", async () => {
    bench.interference.configure({ faults: [{ action: "sqs:*", code: "OverLimit", status: 400 }] });
    const call = {
      ...callOf("ReceiveMessage", {}, WHERE, "sqs"),
      headers: { "content-type": "application/x-amz-json-1.0" },
    };
    const answer = await through(call);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ __type: "OverLimit" });
  });
});

describe("globs", () => {
  test.each([
    ["*", true],
    ["Describe*", true],
    ["ec2:Describe*", true],
    ["ec2:*", true],
    ["sqs:*", false],
    ["ec2:Create*", false],
  ])("%s on ec2:DescribeInstances: %s", (glob, expected) => {
    expect(matchesAction(glob, { service: "ec2", action: "DescribeInstances" })).toBe(expected);
  });
});

describe("latency and the record of calls", () => {
  test("a call takes as long as its action's first match says", async () => {
    bench.interference.configure({
      latency: [
        { action: "Describe*", ms: 1000, jitter: 5 },
        { action: "*", ms: 0 },
      ],
    });
    const start = performance.now();
    await through(callOf("CreateTags"));
    expect(performance.now() - start).toBeLessThan(900);
    await through(callOf("DescribeInstances"));
    expect(performance.now() - start).toBeGreaterThanOrEqual(999);
  });

  test("calls are listed in order when asked for", async () => {
    bench.interference.configure({ record: true });
    await through(callOf("CreateTags", { "ResourceId.1": "i-1" }));
    bench.now += 5;
    await through(callOf("DescribeInstances", {}, OTHER));
    const { calls } = bench.interference.counts();
    expect(calls?.map((c) => [c.action, c.account, c.outcome, c.at])).toEqual([
      ["CreateTags", WHERE.account, "ok", bench.now - 5],
      ["DescribeInstances", OTHER.account, "ok", bench.now],
    ]);
    expect(calls?.[0]?.params).toMatchObject({ "ResourceId.1": "i-1" });
    bench.interference.resetCounts();
    expect(bench.interference.counts()).toMatchObject({ total: { calls: 0 }, calls: [] });
  });
});

describe("late reads", () => {
  const listed = async () =>
    ids(await bench.ask("DescribeTrafficMirrorSessions"), "trafficMirrorSessionSet", "sessionNumber");

  test("sessions are seen as they were a while ago, and written as they are", async () => {
    const { interfaceIds, targetId, filterId } = await prepared(bench, 1);
    bench.now += 60_000;
    bench.interference.configure({ stale: { sessions: 1_000 } });
    const create = (SessionNumber: string) =>
      bench.ask("CreateTrafficMirrorSession", {
        NetworkInterfaceId: interfaceIds[0] ?? "",
        TrafficMirrorTargetId: targetId,
        TrafficMirrorFilterId: filterId,
        SessionNumber,
      });
    const made = await create("1");
    expect(await listed()).toEqual([]);
    await expect(create("1")).rejects.toThrow("already in use");
    bench.now += 1_000;
    expect(await listed()).toEqual(["1"]);
    const session = made["trafficMirrorSession"] as { trafficMirrorSessionId: string };
    await bench.ask("DeleteTrafficMirrorSession", { TrafficMirrorSessionId: session.trafficMirrorSessionId });
    expect(await listed()).toEqual(["1"]);
    bench.now += 1_001;
    expect(await listed()).toEqual([]);
  });

  test("with a jitter each read is late by its own time, the same for the same seed", async () => {
    const { interfaceIds, targetId, filterId } = await prepared(bench);
    await bench.ask("CreateTrafficMirrorSession", {
      NetworkInterfaceId: interfaceIds[0] ?? "",
      TrafficMirrorTargetId: targetId,
      TrafficMirrorFilterId: filterId,
      SessionNumber: "1",
    });
    bench.now += 1_500;
    const reads = async (seed: number) => {
      bench.interference.configure({ seed, stale: { sessions: { ms: 0, jitter: 3_000 } } });
      const seen: number[] = [];
      for (let read = 0; read < 20; read++) seen.push((await listed()).length);
      return seen;
    };
    const seen = await reads(1);
    expect(new Set(seen)).toEqual(new Set([0, 1]));
    expect(await reads(1)).toEqual(seen);
    expect(await reads(2)).not.toEqual(seen);
    bench.now += 1_500;
    expect(new Set(await reads(1))).toEqual(new Set([1]));
  });

  test("instances and interfaces appear and change state late", async () => {
    bench.interference.configure({ stale: { instances: 500, interfaces: 500 } });
    const { instances } = bench.ec2.fleet.add(WHERE, { count: 1, vpcId: VPC, subnets: SUBNETS });
    const id = instances[0]?.id ?? "";
    const describe = () => bench.answer("DescribeInstances", { "InstanceId.1": id });
    expect(errorCode(await describe())).toBe("InvalidInstanceID.NotFound");
    const eni = { "NetworkInterfaceId.1": instances[0]?.interfaceIds[0] ?? "" };
    expect(errorCode(await bench.answer("DescribeNetworkInterfaces", eni))).toBe(
      "InvalidNetworkInterfaceID.NotFound",
    );
    bench.now += 500;
    expect((await describe())?.body.toString()).toContain("running");
    bench.ec2.fleet.setState(WHERE, id, "stopped");
    expect((await describe())?.body.toString()).toContain("running");
    bench.now += 500;
    expect((await describe())?.body.toString()).toContain("stopped");
  });

  test("moto's instances are late as well", async () => {
    let launched = false;
    const shown = [
      { reservationId: "r-1", instancesSet: [{ instanceId: "i-01", instanceState: { name: "running" } }] },
    ];
    bench.moto["DescribeInstances"] = () => ({ reservationSet: launched ? shown : [] });
    bench.moto["RunInstances"] = () => {
      launched = true;
      return { instancesSet: shown[0]?.instancesSet };
    };
    bench.interference.configure({ stale: { instances: 500 } });
    await bench.answer("RunInstances");
    const describe = async () =>
      errorCode(await bench.answer("DescribeInstances", { "InstanceId.1": "i-01" }));
    expect(await describe()).toBe("InvalidInstanceID.NotFound");
    bench.now += 500;
    expect(await describe()).toBe("");
  });
});
