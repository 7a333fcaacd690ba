/** Mirror targets that one account shares with another, as both see them. */
import { beforeEach, describe, expect, test } from "@jest/globals";
import {
  createBench,
  ids,
  items,
  OTHER,
  prepared,
  SUBNETS,
  text,
  VPC,
  WHERE,
  type Bench,
} from "../support/ec2.js";

let bench: Bench;
let targetId: string;

beforeEach(async () => {
  bench = createBench();
  ({ targetId } = await prepared(bench));
});

const share = (accounts: readonly string[] = [OTHER.account], id = targetId) =>
  bench.ec2.configure({ shares: [{ ...WHERE, targetId: id, with: accounts }] });

const described = async (what: "Target" | "Session", where = WHERE, filter: Record<string, string> = {}) =>
  items(await bench.ask(`DescribeTrafficMirror${what}s`, filter, where), `trafficMirror${what}Set`).map(
    (item) => [text(item, `trafficMirror${what}Id`) ?? "", text(item, "ownerId") ?? ""],
  );
const ownedBy = (account: string) => ({ "Filter.1.Name": "owner-id", "Filter.1.Value.1": account });

/** A session of the other account, from an instance and with a filter of its own. */
const sessionOfOther = async (number = 1): Promise<string> => {
  const { instances } = bench.ec2.fleet.add(OTHER, { count: 1, vpcId: VPC, subnets: SUBNETS });
  const filter = await bench.ask("CreateTrafficMirrorFilter", {}, OTHER);
  const made = await bench.ask(
    "CreateTrafficMirrorSession",
    {
      NetworkInterfaceId: instances[0]?.interfaceIds[0] ?? "",
      TrafficMirrorTargetId: targetId,
      TrafficMirrorFilterId: text(filter, "trafficMirrorFilter", "trafficMirrorFilterId") ?? "",
      SessionNumber: String(number),
    },
    OTHER,
  );
  return text(made, "trafficMirrorSession", "trafficMirrorSessionId") ?? "";
};

describe("a shared target", () => {
  test("is listed where it is shared, with its owner, until it is not shared any more", async () => {
    expect(await described("Target", OTHER)).toEqual([]);
    share();
    expect(await described("Target", OTHER)).toEqual([[targetId, WHERE.account]]);
    expect(await described("Target", OTHER, { "TrafficMirrorTargetId.1": targetId })).toHaveLength(1);
    expect(await described("Target", OTHER, ownedBy(OTHER.account))).toEqual([]);
    expect(await described("Target", OTHER, ownedBy(WHERE.account))).toHaveLength(1);
    expect(await described("Target", { ...OTHER, region: "eu-west-2" })).toEqual([]);
    bench.ec2.configure({ shares: [] });
    expect(await described("Target", OTHER)).toEqual([]);
  });

  test("takes sessions of the other account, and of no third one", async () => {
    await expect(sessionOfOther()).rejects.toThrow("InvalidTrafficMirrorTargetId.NotFound");
    share(["333333333333"]);
    await expect(sessionOfOther()).rejects.toThrow("InvalidTrafficMirrorTargetId.NotFound");
    share();
    expect(await sessionOfOther()).toMatch(/^tms-/);
  });

  test("only its owner deletes it, and not while another account uses it", async () => {
    share();
    const parameters = { TrafficMirrorTargetId: targetId };
    await expect(bench.ask("DeleteTrafficMirrorTarget", parameters, OTHER)).rejects.toThrow("NotFound");
    await sessionOfOther();
    await expect(bench.ask("DeleteTrafficMirrorTarget", parameters)).rejects.toThrow(
      "TrafficMirrorTargetInUse",
    );
  });

  test("has to exist", () => {
    expect(() => share([OTHER.account], "tmt-0")).toThrow("does not exist");
  });

  test("quotas and shares are set apart", async () => {
    share();
    bench.ec2.configure({ quotas: { sessions: 0 } });
    expect(await described("Target", OTHER)).toHaveLength(1);
    share();
    await expect(sessionOfOther()).rejects.toThrow("TrafficMirrorSessionLimitExceeded");
  });
});

describe("sessions of others on an account's target", () => {
  test("are listed with those who made them, and only their makers change or delete them", async () => {
    share();
    const id = await sessionOfOther();
    expect(await described("Session", OTHER)).toEqual([[id, OTHER.account]]);
    expect(await described("Session")).toEqual([[id, OTHER.account]]);
    expect(await described("Session", WHERE, ownedBy(WHERE.account))).toEqual([]);
    expect(await described("Session", WHERE, ownedBy(OTHER.account))).toHaveLength(1);
    const parameters = { TrafficMirrorSessionId: id };
    await expect(bench.ask("DeleteTrafficMirrorSession", parameters)).rejects.toThrow("NotFound");
    await bench.ask("DeleteTrafficMirrorSession", parameters, OTHER);
    expect(await described("Session")).toEqual([]);
  });

  test("are among the owner's own on pages that miss none", async () => {
    share();
    const made: string[] = [];
    const filter = await bench.ask("CreateTrafficMirrorFilter");
    const { instances } = bench.ec2.fleet.add(WHERE, { count: 6, vpcId: VPC, subnets: SUBNETS });
    for (const { interfaceIds } of instances) {
      const own = await bench.ask("CreateTrafficMirrorSession", {
        NetworkInterfaceId: interfaceIds[0] ?? "",
        TrafficMirrorTargetId: targetId,
        TrafficMirrorFilterId: text(filter, "trafficMirrorFilter", "trafficMirrorFilterId") ?? "",
        SessionNumber: "1",
      });
      made.push(text(own, "trafficMirrorSession", "trafficMirrorSessionId") ?? "", await sessionOfOther());
    }
    const listed: string[] = [];
    let token: string | undefined = "";
    while (token !== undefined) {
      const page: Awaited<ReturnType<Bench["ask"]>> = await bench.ask("DescribeTrafficMirrorSessions", {
        MaxResults: "5",
        ...(token !== "" && { NextToken: token }),
      });
      listed.push(...ids(page, "trafficMirrorSessionSet", "trafficMirrorSessionId"));
      token = text(page, "nextToken");
    }
    expect(listed).toEqual(made);
  });
});
