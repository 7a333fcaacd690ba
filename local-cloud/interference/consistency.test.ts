/** With `consistency`, each describe shows some moment of the last seconds, another one at each read. */
import { beforeEach, describe, expect, test } from "@jest/globals";
import {
  callOf,
  createBench,
  createEndpoint,
  offerService,
  prepared,
  VPC,
  WHERE,
  type Bench,
} from "../support/ec2.js";

let bench: Bench;
beforeEach(() => {
  bench = createBench();
  // What a call may change is read before it.
  bench.moto["DescribeRouteTables"] = () => ({ routeTableSet: [] });
  bench.moto["DescribeSecurityGroups"] = () => ({ securityGroupInfo: [] });
});

const READS = 20;
const WITHIN = 3_000;

/** What is listed, and how what is to be seen there is made and taken away. */
interface Kind {
  readonly action: string;
  /** Gives the id. */
  make(): Promise<string>;
  remove(id: string): Promise<unknown>;
}

const kinds = (): Record<string, Kind> => {
  const made = async (action: string, params: Record<string, string>, id: RegExp): Promise<string> => {
    const answer = await bench.answer(action, params);
    return id.exec(answer?.body.toString() ?? "")?.[0] ?? "";
  };
  return {
    sessions: {
      action: "DescribeTrafficMirrorSessions",
      async make() {
        const { interfaceIds, targetId, filterId } = await prepared(bench);
        const params = {
          NetworkInterfaceId: interfaceIds[0] ?? "",
          TrafficMirrorTargetId: targetId,
          TrafficMirrorFilterId: filterId,
          SessionNumber: "1",
        };
        return made("CreateTrafficMirrorSession", params, /tms-\w+/);
      },
      remove: (id) => bench.ask("DeleteTrafficMirrorSession", { TrafficMirrorSessionId: id }),
    },
    targets: {
      action: "DescribeTrafficMirrorTargets",
      make: async () => (await prepared(bench)).targetId,
      remove: (id) => bench.ask("DeleteTrafficMirrorTarget", { TrafficMirrorTargetId: id }),
    },
    filters: {
      action: "DescribeTrafficMirrorFilters",
      make: () => made("CreateTrafficMirrorFilter", {}, /tmf-\w+/),
      remove: (id) => bench.ask("DeleteTrafficMirrorFilter", { TrafficMirrorFilterId: id }),
    },
    "filter rules": {
      action: "DescribeTrafficMirrorFilterRules",
      async make() {
        const TrafficMirrorFilterId = await made("CreateTrafficMirrorFilter", {}, /tmf-\w+/);
        const rule = { TrafficDirection: "ingress", RuleNumber: "1", RuleAction: "accept" };
        const blocks = { SourceCidrBlock: "0.0.0.0/0", DestinationCidrBlock: "0.0.0.0/0" };
        const params = { TrafficMirrorFilterId, ...rule, ...blocks };
        return made("CreateTrafficMirrorFilterRule", params, /tmfr-\w+/);
      },
      remove: (id) => bench.ask("DeleteTrafficMirrorFilterRule", { TrafficMirrorFilterRuleId: id }),
    },
    endpoints: {
      action: "DescribeVpcEndpoints",
      make: () => {
        offerService(bench, WHERE.account);
        return createEndpoint(bench);
      },
      remove: (id) => bench.ask("DeleteVpcEndpoints", { "VpcEndpointId.1": id }),
    },
    connections: {
      action: "DescribeVpcEndpointConnections",
      make: () => {
        offerService(bench, WHERE.account);
        return createEndpoint(bench);
      },
      remove: (id) => bench.ask("DeleteVpcEndpoints", { "VpcEndpointId.1": id }),
    },
    instances: {
      action: "DescribeInstances",
      make: async () => {
        const { interfaceIds } = await prepared(bench);
        const shown = await bench.answer("DescribeNetworkInterfaces", {
          "NetworkInterfaceId.1": interfaceIds[0] ?? "",
        });
        return /i-\w+/.exec(/<instanceId>[^<]+/.exec(shown?.body.toString() ?? "")?.[0] ?? "")?.[0] ?? "";
      },
      remove: (id) => {
        bench.ec2.fleet.remove(WHERE, id);
        return Promise.resolve();
      },
    },
    interfaces: {
      action: "DescribeNetworkInterfaces",
      make: async () => (await prepared(bench)).interfaceIds[0] ?? "",
      remove: async () => {
        const shown = await bench.answer("DescribeInstances");
        bench.ec2.fleet.remove(WHERE, /<instanceId>([^<]+)/.exec(shown?.body.toString() ?? "")?.[1] ?? "");
      },
    },
    subnets: ofMoto("Subnet", "subnet-0c"),
    vpcs: ofMoto("Vpc", "vpc-0c"),
    "route tables": ofMoto("RouteTable", "rtb-0c", "routeTableSet", "routeTableId"),
    "security groups": ofMoto("SecurityGroup", "sg-0c", "securityGroupInfo", "groupId"),
  };
};

/** What moto keeps: this side sees the call pass, and asks for the list before it. */
const ofMoto = (
  noun: string,
  id: string,
  set = `${noun.toLowerCase()}Set`,
  member = `${noun.toLowerCase()}Id`,
): Kind => {
  const there = new Set([`${noun}-01`]);
  return {
    action: `Describe${noun}s`,
    async make() {
      bench.moto[`Describe${noun}s`] = () => ({
        [set]: [...there].map((each) => ({ [member]: each })),
      });
      consistency(1); // the past is kept only while somebody may read it
      await bench.answer(`Create${noun}`);
      there.add(id);
      return id;
    },
    async remove() {
      consistency(1);
      await bench.answer(`Delete${noun}`);
      there.delete(id);
    },
  };
};
const listed = async (action: string, params: Record<string, string> = {}): Promise<string> => {
  const answer = (await bench.answer(action, params)) ?? (await bench.cloud.forward(callOf(action, params)));
  return answer.body.toString();
};

/** Whether the id is in each of some lists. */
const seen = async (action: string, id: string): Promise<boolean[]> => {
  const found: boolean[] = [];
  for (let read = 0; read < READS; read++) {
    found.push((await listed(action)).includes(`>${id}<`));
  }
  return found;
};
const consistency = (seed: number, milliseconds = WITHIN, callers?: "roles" | "functions") =>
  bench.interference.setConsistency({ milliseconds, seed, ...(callers && { callers }) });

test.each(Object.keys(kinds()))(
  "%s: what is made, and what is gone, shows in some reads alone",
  async (name) => {
    const kind = kinds()[name];
    if (!kind) throw new Error(name);
    bench.now += 60_000;
    const id = await kind.make();
    expect(id).not.toBe("");
    bench.now += WITHIN / 2;
    consistency(1);
    const early = await seen(kind.action, id);
    expect(new Set(early)).toEqual(new Set([true, false]));
    consistency(1);
    expect(await seen(kind.action, id)).toEqual(early);
    bench.now += WITHIN;
    expect(new Set(await seen(kind.action, id))).toEqual(new Set([true]));
    consistency(0, 0);
    await kind.remove(id);
    bench.now += WITHIN / 2;
    consistency(1);
    expect(new Set(await seen(kind.action, id))).toEqual(new Set([true, false]));
    bench.now += WITHIN;
    expect(new Set(await seen(kind.action, id))).toEqual(new Set([false]));
  },
);

describe("lists lag each other, in both directions", () => {
  test("a session is listed before its filter, and the filter before the session", async () => {
    const all = kinds();
    bench.now += 60_000;
    const session = await all["sessions"]?.make();
    bench.now += WITHIN / 2;
    consistency(3);
    const pairs = new Set<string>();
    for (let read = 0; read < 40; read++) {
      const lists = [
        await bench.answer("DescribeTrafficMirrorSessions"),
        await bench.answer("DescribeTrafficMirrorFilters"),
      ];
      pairs.add(lists.map((list) => (/>tm[sf]-/.test(list?.body.toString() ?? "") ? "yes" : "no")).join());
    }
    expect(session).toMatch(/^tms-/);
    expect(pairs).toEqual(new Set(["yes,yes", "yes,no", "no,yes", "no,no"]));
  });
});

test("with `roles`, who calls with keys of the account reads the present", async () => {
  bench.now += 60_000;
  const id = await kinds()["sessions"]?.make();
  consistency(1, WITHIN, "roles");
  const action = "DescribeTrafficMirrorSessions";
  expect(new Set(await seen(action, id ?? ""))).toEqual(new Set([true]));
  const asRole = { ...callOf(action), roleArn: `arn:aws:iam::${WHERE.account}:role/r` };
  const answers = [];
  for (let read = 0; read < READS; read++)
    answers.push((await bench.ec2.handle(asRole))?.body.includes(">tms-"));
  expect(answers).toContain(false);
});

test("with `functions`, who deploys as a role reads the present as well", async () => {
  bench.now += 60_000;
  const id = await kinds()["sessions"]?.make();
  bench.now += WITHIN / 2;
  consistency(1, WITHIN, "functions");
  const action = "DescribeTrafficMirrorSessions";
  const asRole = { ...callOf(action), roleArn: `arn:aws:iam::${WHERE.account}:role/r` };
  const shows = async (call: typeof asRole) => {
    const answers = [];
    for (let each = 0; each < READS; each++) {
      answers.push((await bench.ec2.handle(call))?.body.includes(`>${id ?? ""}<`));
    }
    return new Set(answers);
  };
  expect(await shows(asRole)).toEqual(new Set([true]));
  expect(await shows({ ...asRole, functionName: "f" })).toEqual(new Set([true, false]));
});

describe("a list of moto's as it was", () => {
  const subnets = (zone: string, tags: Record<string, string> = {}) => ({
    subnetSet: [
      {
        subnetId: "subnet-01",
        vpcId: VPC,
        availabilityZone: zone,
        tagSet: Object.entries(tags).map(([key, value]) => ({ key, value })),
      },
    ],
  });

  test("is filtered by what stood there then, and knows no id that came later", async () => {
    bench.now += 60_000;
    bench.interference.configure({ stale: { subnets: 1_000 } });
    bench.moto["DescribeSubnets"] = () => subnets("eu-west-1a", { Team: "before" });
    await bench.answer("CreateTags", {
      "ResourceId.1": "subnet-01",
      "Tag.1.Key": "Team",
      "Tag.1.Value": "after",
    });
    bench.moto["DescribeSubnets"] = () => subnets("eu-west-1a", { Team: "after" });
    bench.now += 500;
    const filter = (name: string, value: string) => ({ "Filter.1.Name": name, "Filter.1.Value.1": value });
    expect(await listed("DescribeSubnets", filter("tag:Team", "before"))).toContain(">subnet-01<");
    expect(await listed("DescribeSubnets", filter("tag:Team", "after"))).not.toContain(">subnet-01<");
    expect(await listed("DescribeSubnets", filter("vpc-id", VPC))).toContain(">before<");
    expect(await listed("DescribeSubnets", filter("availability-zone", "eu-west-1b"))).not.toContain(
      ">subnet-01<",
    );
    expect(await listed("DescribeSubnets", { "SubnetId.1": "subnet-02" })).toContain(
      "InvalidSubnetID.NotFound",
    );
    bench.now += 501;
    expect(await listed("DescribeSubnets")).toContain(">after<");
  });
});

test("what has settled is in every list, and what comes after it is not", async () => {
  const all = kinds();
  bench.now += 60_000;
  const filter = (await all["filters"]?.make()) ?? "";
  bench.now += WITHIN / 2;
  bench.interference.settle();
  bench.now += WITHIN / 4;
  const later = (await all["filters"]?.make()) ?? "";
  bench.now += WITHIN / 4;
  consistency(1);
  const action = "DescribeTrafficMirrorFilters";
  expect(new Set(await seen(action, filter))).toEqual(new Set([true]));
  expect(new Set(await seen(action, later))).toEqual(new Set([true, false]));
});

test("outlives what the interference is told, and ends with a reset", async () => {
  bench.now += 60_000;
  const id = (await kinds()["sessions"]?.make()) ?? "";
  consistency(1);
  bench.interference.configure({ latency: [] });
  const action = "DescribeTrafficMirrorSessions";
  expect(await seen(action, id)).toContain(false);
  bench.interference.reset();
  expect(await seen(action, id)).not.toContain(false);
});
