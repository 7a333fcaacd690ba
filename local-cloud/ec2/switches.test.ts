import { describe, expect, test } from "@jest/globals";
import { empty } from "../answers.js";
import { Keys, ownCall } from "../call.js";
import { createCourier } from "../events/courier.js";
import { createScaling } from "../events/scaling.js";
import { createKeyGrants } from "../lambda/key-grant.js";
import { createIam } from "../iam/index.js";
import { createSwitches, SWITCHES, type SwitchName } from "../switches.js";
import {
  callOf,
  createBench,
  createEndpoint,
  createTarget,
  errorCode,
  items,
  offerService,
  OTHER,
  prepared,
  SERVICE,
  SUBNETS,
  text,
  VPC,
  WHERE,
  type Bench,
} from "../support/ec2.js";
import { xml } from "../xml.js";

/** What a caller sees: `ok`, or the error code. */
async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "ok";
  } catch (error) {
    return error instanceof Error ? (error.message.split(":")[0] ?? "") : "";
  }
}

async function mirror(bench: Bench, spec: object = {}, token?: string) {
  const { interfaceIds, filterId, targetId } = await prepared(bench, 1, spec);
  const interfaceId = interfaceIds[interfaceIds.length - 1] ?? "";
  const create = () =>
    bench.ask("CreateTrafficMirrorSession", {
      NetworkInterfaceId: interfaceId,
      TrafficMirrorTargetId: targetId,
      TrafficMirrorFilterId: filterId,
      SessionNumber: "1",
      ...(token === undefined ? {} : { ClientToken: token }),
    });
  return { create, filterId, targetId };
}

const onInterface = (spec: object) => async (bench: Bench) =>
  outcome((await mirror(bench, { interfaces: [spec] })).create());
const inState = (state: string) => async (bench: Bench) => outcome((await mirror(bench, { state })).create());

function addRules(bench: Bench, filterId: string) {
  return async () => {
    for (let i = 0; i < 11; i++) {
      await bench.ask("CreateTrafficMirrorFilterRule", {
        TrafficMirrorFilterId: filterId,
        TrafficDirection: i % 2 === 0 ? "ingress" : "egress",
        RuleNumber: String(i + 1),
        RuleAction: "accept",
        SourceCidrBlock: "0.0.0.0/0",
        DestinationCidrBlock: "0.0.0.0/0",
      });
    }
  };
}

/** How many of so many calls pass the buckets when two actions are called in turn. */
async function passed(
  bench: Bench,
  service: string,
  actions: readonly string[],
  calls: number,
): Promise<string> {
  bench.interference.configure({ throttling: "documented" });
  let count = 0;
  for (let i = 0; i < calls; i++) {
    const call = callOf(actions[i % actions.length] ?? "", {}, WHERE, service);
    if ((await bench.interference.before(call)) === undefined) count++;
  }
  return String(count);
}

/** For each switch, what is asked, and the answer with the first and with the second value. */
const CASES: Record<SwitchName, { ask: (bench: Bench) => Promise<string>; answers: [string, string] }> = {
  "session-number-taken-code": {
    ask: async (bench) => {
      const { create } = await mirror(bench);
      await create();
      return outcome(create());
    },
    answers: ["InvalidParameterValue", "TrafficMirrorSessionNumberAlreadyInUse"],
  },
  "not-found-codes": {
    ask: (bench) => outcome(bench.ask("DeleteTrafficMirrorSession", { TrafficMirrorSessionId: "tms-0" })),
    answers: ["InvalidTrafficMirrorSessionId.NotFound", "TrafficMirrorSessionNotFound"],
  },
  "gone-under-tag-condition": {
    ask: async (bench) => {
      const keys = new Keys();
      const roleArn = `arn:aws:iam::${WHERE.account}:role/r`;
      keys.add("AKIATEST", { account: WHERE.account, functionName: "f", sessionName: "f", roleArn });
      const call = callOf("DeleteTrafficMirrorSession", { TrafficMirrorSessionId: "tms-0" });
      return errorCode(await createIam(bench.cloud, bench.ec2, keys).authorize(call)) || "left to EC2";
    },
    answers: ["left to EC2", "UnauthorizedOperation"],
  },
  "mutation-buckets": {
    ask: (bench) => passed(bench, "ec2", ["CreateTrafficMirrorSession", "DeleteTrafficMirrorSession"], 120),
    answers: ["100", "50"],
  },
  "fargate-interfaces": {
    ask: onInterface({
      description: "arn:aws:ecs:eu-west-1:111111111111:attachment/1",
      requesterManaged: true,
    }),
    answers: ["NetworkInterfaceNotSupported", "ok"],
  },
  "load-balancer-interfaces": {
    ask: onInterface({ description: "ELB app/web/1", requesterId: "amazon-elb", requesterManaged: true }),
    answers: ["NetworkInterfaceNotSupported", "ok"],
  },
  "token-after-delete": {
    ask: async (bench) => {
      const { create } = await mirror(bench, {}, "token");
      const id = async () => text(await create(), "trafficMirrorSession", "trafficMirrorSessionId") ?? "";
      const first = await id();
      await bench.ask("DeleteTrafficMirrorSession", { TrafficMirrorSessionId: first });
      return (await id()) === first ? "the old session" : "a new session";
    },
    answers: ["a new session", "the old session"],
  },
  "endpoints-per-zone": {
    ask: async (bench) => {
      offerService(bench, WHERE.account);
      await createEndpoint(bench);
      return outcome(createEndpoint(bench));
    },
    answers: ["ok", "DuplicateSubnetsInSameZone"],
  },
  "unattached-interface": { ask: onInterface({}), answers: ["NetworkInterfaceNotSupported", "ok"] },
  "pending-instance": { ask: inState("pending"), answers: ["ok", "NetworkInterfaceNotSupported"] },
  "stopped-instance": { ask: inState("stopped"), answers: ["ok", "NetworkInterfaceNotSupported"] },
  "traffic-mirror-tag-filters": {
    ask: (bench) =>
      outcome(
        bench.ask("DescribeTrafficMirrorSessions", { "Filter.1.Name": "tag:a", "Filter.1.Value.1": "b" }),
      ),
    answers: ["InvalidParameterValue", "ok"],
  },
  "filter-rule-quota": {
    ask: async (bench) => outcome(addRules(bench, (await mirror(bench)).filterId)()),
    answers: ["TrafficMirrorFilterRuleLimitExceeded", "ok"],
  },
  "endpoint-availability": {
    ask: async (bench) => {
      offerService(bench, WHERE.account);
      const id = await createEndpoint(bench);
      const state = async () =>
        text(
          items(await bench.ask("DescribeVpcEndpoints", { "VpcEndpointId.1": id }), "vpcEndpointSet")[0],
          "state",
        );
      const first = await state();
      bench.now += 2_000;
      return `${first ?? ""}, ${(await state()) ?? ""}`;
    },
    answers: ["available, available", "pending, available"],
  },
  "endpoint-behind-target": {
    ask: async (bench) => {
      offerService(bench, WHERE.account);
      await createTarget(bench, "subnet-0a");
      const id = items(await bench.ask("DescribeVpcEndpoints"), "vpcEndpointSet").map((e) =>
        text(e, "vpcEndpointId"),
      )[0];
      const answer = await bench.ask("DeleteVpcEndpoints", { "VpcEndpointId.1": id ?? "" });
      return String(items(answer, "unsuccessful").length);
    },
    answers: ["0", "1"],
  },
  "target-before-acceptance": {
    ask: async (bench) => {
      offerService(bench, OTHER.account, ["*"], true);
      const id = await createEndpoint(bench);
      return outcome(bench.ask("CreateTrafficMirrorTarget", { GatewayLoadBalancerEndpointId: id }));
    },
    answers: ["InvalidParameterValue", "ok"],
  },
  "role-made-anew": {
    ask: async ({ cloud }) => {
      const configuration = {
        Role: "arn:aws:iam::111111111111:role/r",
        Environment: { Variables: { a: "b" } },
      };
      const grants = createKeyGrants(cloud.switches, () => Promise.resolve("AROANEW"));
      return (await grants.lost({ grantee: "AROAOLD", configuration })) ? "lost" : "kept";
    },
    answers: ["lost", "kept"],
  },
  "nat-gateway-spelling": {
    ask: async (bench) => {
      bench.moto["CreateNatGateway"] = () => ({});
      bench.moto["DescribeNetworkInterfaces"] = () => ({
        networkInterfaceSet: [{ networkInterfaceId: "eni-0a" }],
      });
      bench.moto["DescribeNatGateways"] = () => ({
        natGatewaySet: [{ natGatewayId: "nat-1", natGatewayAddressSet: [{ networkInterfaceId: "eni-0a" }] }],
      });
      await bench.answer("CreateNatGateway");
      const answer = await bench.ask("DescribeNetworkInterfaces");
      return text(items(answer, "networkInterfaceSet")[0], "interfaceType") ?? "";
    },
    answers: ["nat_gateway", "natGateway"],
  },
  "abandoned-launch-status": { ask: abandonedLaunch, answers: ["Cancelled", "Failed"] },
  "tags-of-others": {
    ask: async (bench) => {
      const { targetId } = await prepared(bench);
      await bench.ask("CreateTags", { "ResourceId.1": targetId, "Tag.1.Key": "team", "Tag.1.Value": "net" });
      bench.ec2.configure({ shares: [{ ...WHERE, targetId, with: [OTHER.account] }] });
      const [target] = items(
        await bench.ask("DescribeTrafficMirrorTargets", {}, OTHER),
        "trafficMirrorTargetSet",
      );
      return String(items(target, "tagSet").length);
    },
    answers: ["0", "1"],
  },
  "parameter-writes": {
    ask: (bench) => passed(bench, "ssm", ["PutParameter"], 10),
    answers: ["10", "3"],
  },
};

/** What the activity of a launch says after its hook was abandoned. */
async function abandonedLaunch({ cloud }: Bench): Promise<string> {
  const where = { account: WHERE.account, region: WHERE.region };
  const instances = xml({
    DescribeAutoScalingInstancesResponse: {
      DescribeAutoScalingInstancesResult: {
        AutoScalingInstances: { member: { InstanceId: "i-1", AutoScalingGroupName: "web" } },
      },
    },
  });
  const moto = () => Promise.resolve({ ...empty(), body: Buffer.from(instances) });
  const courier = createCourier(
    () => Promise.resolve(),
    () => undefined,
  );
  const scaling = createScaling({ moto, now: Date.now, switches: cloud.switches }, courier, () =>
    Promise.resolve(),
  );
  const ask = async (Action: string, params: Record<string, string> = {}) => {
    const names = { AutoScalingGroupName: "web", LifecycleHookName: "hook" };
    const call = ownCall(where, "autoscaling", { params: { Action, ...names, ...params } });
    const patch = [...scaling.hooks.patches, scaling.activities.patch].find((each) => each.match(call));
    return (await patch?.run(call, () => Promise.resolve(empty())))?.body.toString() ?? "";
  };
  await ask("PutLifecycleHook", { LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING" });
  await scaling.compare(where);
  await ask("CompleteLifecycleAction", { InstanceId: "i-1", LifecycleActionResult: "ABANDON" });
  const [, status = ""] = /<StatusCode>(\w+)</.exec(await ask("DescribeScalingActivities")) ?? [];
  scaling.reset();
  courier.reset();
  return status;
}

describe("switches", () => {
  test.each(SWITCHES.map((s) => [s.name, s.values] as const))(
    "%s changes an answer",
    async (name, values) => {
      const seen: string[] = [];
      for (const value of values) {
        const bench = createBench();
        bench.cloud.switches.set(name, value);
        seen.push(await CASES[name].ask(bench));
      }
      expect(seen).toEqual(CASES[name].answers);
    },
  );

  test("unknown names and values are errors that say what is known", () => {
    const switches = createSwitches();
    expect(() => switches.get("nonsense")).toThrow('there is no switch "nonsense"');
    expect(() => switches.set("not-found-codes", "x")).toThrow("takes invalid-id or older");
    switches.set("not-found-codes", "older");
    expect(switches.list().find((s) => s.name === "not-found-codes")).toMatchObject({
      value: "older",
      default: "invalid-id",
    });
    switches.reset();
    expect(switches.get("not-found-codes")).toBe("invalid-id");
  });

  test("a service named nowhere, and a subnet of another VPC, are refused whatever the switches say", async () => {
    const bench = createBench();
    offerService(bench, WHERE.account);
    const params = { VpcEndpointType: "GatewayLoadBalancer", ServiceName: SERVICE, VpcId: "vpc-02" };
    expect(
      await outcome(bench.ask("CreateVpcEndpoint", { ...params, "SubnetId.1": SUBNETS[0]?.subnetId ?? "" })),
    ).toBe("InvalidParameterValue");
    const other = {
      ...params,
      VpcId: VPC,
      ServiceName: "com.amazonaws.vpce.eu-west-1.vpce-svc-9",
      "SubnetId.1": "subnet-0a",
    };
    expect(await outcome(bench.ask("CreateVpcEndpoint", other))).toBe("InvalidServiceName");
  });
});
