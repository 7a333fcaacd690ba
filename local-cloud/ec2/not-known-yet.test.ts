/** With `consistency`, calls that name what has just been made may be told that there is no such thing. */
import { beforeEach, describe, expect, test } from "@jest/globals";
import {
  createBench,
  createEndpoint,
  offerService,
  prepared,
  SUBNETS,
  VPC,
  WHERE,
  type Bench,
} from "../support/ec2.js";

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});

const CALLS = 20;
const WITHIN = 3_000;
const consistency = (seed: number) => bench.interference.setConsistency({ milliseconds: WITHIN, seed });

describe("what has just been made is not known to every call that names it", () => {
  const answers = async (action: string, params: Record<string, string>): Promise<string> => {
    const answer = await bench.answer(action, params);
    return /<Code>([^<]+)/.exec(answer?.body.toString() ?? "")?.[1] ?? "ok";
  };
  const several = async (ask: () => Promise<string>): Promise<Set<string>> => {
    const found = new Set<string>();
    for (let each = 0; each < CALLS; each++) found.add(await ask());
    return found;
  };

  test("a session's interface, target and filter: refused or made, and made as soon as that has settled", async () => {
    bench.now += 60_000;
    const { interfaceIds, targetId, filterId } = await prepared(bench);
    const session = {
      NetworkInterfaceId: interfaceIds[0] ?? "",
      TrafficMirrorTargetId: targetId,
      TrafficMirrorFilterId: filterId,
    };
    bench.now += WITHIN / 2;
    consistency(1);
    let number = 0;
    const create = () =>
      answers("CreateTrafficMirrorSession", { ...session, SessionNumber: String(++number) });
    bench.ec2.configure({ quotas: { sessionsPerInterface: 100 } });
    expect(await several(create)).toEqual(
      new Set([
        "ok",
        "InvalidNetworkInterfaceID.NotFound",
        "InvalidTrafficMirrorTargetId.NotFound",
        "InvalidTrafficMirrorFilterId.NotFound",
      ]),
    );
    bench.now += WITHIN;
    expect(await several(create)).toEqual(new Set(["ok"]));
  });

  test("a target's endpoint", async () => {
    bench.now += 60_000;
    offerService(bench, WHERE.account);
    const GatewayLoadBalancerEndpointId = await createEndpoint(bench);
    bench.now += WITHIN / 2;
    consistency(2);
    const create = () => answers("CreateTrafficMirrorTarget", { GatewayLoadBalancerEndpointId });
    expect(await several(create)).toContain("InvalidVpcEndpointId.NotFound");
  });

  test("an instance that is to end: of several, none ends where one is not known", async () => {
    const before = await prepared(bench);
    const old = before.instances[0]?.id ?? "";
    bench.now += 60_000;
    const { instances } = bench.ec2.fleet.add(WHERE, { count: 1, vpcId: VPC, subnets: SUBNETS });
    bench.interference.configure({ stale: { instances: 1_000 } });
    const both = { "InstanceId.1": old, "InstanceId.2": instances[0]?.id ?? "" };
    const states = () =>
      [old, instances[0]?.id ?? ""].map((id) => bench.ec2.region(WHERE).fleet.instances.get(id)?.state);
    expect(await answers("TerminateInstances", both)).toBe("InvalidInstanceID.NotFound");
    expect(states()).toEqual(["running", "running"]);
    bench.now += 1_001;
    expect(await answers("TerminateInstances", both)).toBe("ok");
    expect(states()).toEqual(["terminated", "terminated"]);
  });

  test("who names what never was is told so as ever", async () => {
    bench.interference.configure({ stale: { instances: 1_000 } });
    bench.moto["TerminateInstances"] = () => ({ instancesSet: [] });
    expect(await answers("TerminateInstances", { "InstanceId.1": "i-0bad" })).toBe("ok"); // moto's answer here
  });
});

test.each([
  ["StartInstances", "started"],
  ["StopInstances", "stopped"],
])("%s: an instance that has ended is not in a state for it", async (action, word) => {
  const { instances } = await prepared(bench);
  const id = instances[0]?.id ?? "";
  await bench.ask("TerminateInstances", { "InstanceId.1": id });
  await expect(bench.ask(action, { "InstanceId.1": id })).rejects.toThrow(
    `IncorrectInstanceState: The instance '${id}' is not in a state from which it can be ${word}.`,
  );
});
