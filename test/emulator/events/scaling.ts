import { randomUUID } from "node:crypto";
import { Scoped } from "../scoped.js";
import type { BusEvent, Cloud } from "../types.js";
import { items, parseXml, texts } from "../xml.js";
import type { Courier, Where } from "./courier.js";

interface Member {
  readonly id: string;
  readonly group: string;
  readonly zone: string;
}

/** What Auto Scaling does inside moto, seen by comparing its list of instances. */
export interface Scaling {
  /** True where a group had instances when it was last compared. */
  active(where: Where): boolean;
  /** Ids of the instances that came and went since then. */
  compare(where: Where): Promise<{ launched: readonly string[]; ended: readonly string[] }>;
  /** Puts the results of what the comparisons found: after the state changes, as Auto Scaling waits for those. */
  tell(where: Where): void;
  reset(): void;
}

/** "Event reference" of the Auto Scaling user guide; the subnet, which AWS tells too, is left out. */
const result = (kind: "Launch" | "Terminate", { account, region }: Where, member: Member): BusEvent => {
  const now = new Date().toISOString();
  return {
    source: "aws.autoscaling",
    detailType: `EC2 Instance ${kind} Successful`,
    resources: [
      `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:${randomUUID()}:autoScalingGroupName/${member.group}`,
      `arn:aws:ec2:${region}:${account}:instance/${member.id}`,
    ],
    detail: {
      StatusCode: "InProgress",
      AutoScalingGroupName: member.group,
      ActivityId: randomUUID(),
      Details: { "Availability Zone": member.zone },
      RequestId: randomUUID(),
      StatusMessage: "",
      StartTime: now,
      EndTime: now,
      EC2InstanceId: member.id,
      Cause: "a capacity change",
    },
  };
};

export const createScaling = (cloud: Pick<Cloud, "moto">, courier: Courier): Scaling => {
  const known = new Scoped(() => new Map<string, Member>());
  const untold = new Scoped<BusEvent[]>(() => []);

  const list = async (where: Where): Promise<Map<string, Member>> => {
    const found = new Map<string, Member>();
    let token: string | undefined;
    do {
      const answer = await cloud.moto(where, "autoscaling", {
        params: {
          Action: "DescribeAutoScalingInstances",
          Version: "2011-01-01",
          ...(token === undefined ? {} : { NextToken: token }),
        },
      });
      const root = parseXml(answer.body.toString());
      const path = ["DescribeAutoScalingInstancesResponse", "DescribeAutoScalingInstancesResult"];
      for (const each of items(root, ...path, "AutoScalingInstances")) {
        const [id = ""] = texts(each, ["InstanceId"]);
        const [group = ""] = texts(each, ["AutoScalingGroupName"]);
        const [zone = ""] = texts(each, ["AvailabilityZone"]);
        found.set(id, { id, group, zone });
      }
      [token] = texts(root, [...path, "NextToken"]).filter((text) => text !== "");
    } while (token !== undefined);
    return found;
  };

  return {
    active: (where) => known.of(where).size > 0,
    async compare(where) {
      const now = await list(where);
      const before = known.of(where);
      const launched = [...now.values()].filter(({ id }) => !before.has(id));
      const ended = [...before.values()].filter(({ id }) => !now.has(id));
      for (const member of launched) before.set(member.id, member);
      for (const { id } of ended) before.delete(id);
      untold
        .of(where)
        .push(
          ...launched.map((member) => result("Launch", where, member)),
          ...ended.map((member) => result("Terminate", where, member)),
        );
      return { launched: launched.map(({ id }) => id), ended: ended.map(({ id }) => id) };
    },
    tell(where) {
      for (const event of untold.of(where).splice(0)) courier.put(where, event, "settled");
    },
    reset() {
      known.reset();
      untold.reset();
    },
  };
};
