import { Scoped } from "../scoped.js";
import type { BusEvent, Cloud } from "../types.js";
import { items, parseXml, texts } from "../xml.js";
import { createActivities, type Activities, type Activity } from "./activities.js";
import type { Courier, Where } from "./courier.js";
import { createHooks, type Held, type Hooks } from "./hooks.js";
import { reaches } from "./reach.js";

interface Member {
  readonly id: string;
  readonly group: string;
  readonly zone: string;
}

/** What Auto Scaling does inside moto, seen by comparing its list of instances. */
export interface Scaling {
  readonly hooks: Hooks;
  readonly activities: Activities;
  /** True where a group had instances when it was last compared. */
  active(where: Where): boolean;
  /** Ids of the instances that came and went since then. An instance whose group has a hook is held from here on. */
  compare(where: Where): Promise<{ launched: readonly string[]; ended: readonly string[] }>;
  /** Puts the results of what the comparisons found: after the state changes, as Auto Scaling waits for those. */
  publish(where: Where): void;
  reset(): void;
}

const seconds = (milliseconds: number): string => new Date(milliseconds).toISOString();
const groupArn = ({ account, region }: Where, group: string): string =>
  `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:00000000-0000-4000-8000-000000000000:autoScalingGroupName/${group}`;

/** "Event reference" of the Auto Scaling user guide; the subnet, which AWS includes too, is left out. */
const result = (where: Where, activity: Activity): BusEvent => {
  const good = activity.status !== "Cancelled" && activity.status !== "Failed";
  return {
    source: "aws.autoscaling",
    detailType: `EC2 Instance ${activity.kind} ${good ? "Successful" : "Unsuccessful"}`,
    resources: [
      groupArn(where, activity.group),
      `arn:aws:ec2:${where.region}:${where.account}:instance/${activity.instanceId}`,
    ],
    detail: {
      StatusCode: good ? "InProgress" : activity.status,
      AutoScalingGroupName: activity.group,
      ActivityId: activity.id,
      Details: JSON.parse(activity.details) as unknown,
      RequestId: activity.id,
      StatusMessage: activity.message,
      StartTime: seconds(activity.startedAt),
      EndTime: seconds(activity.endedAt ?? activity.startedAt),
      EC2InstanceId: activity.instanceId,
      Cause: "a capacity change",
    },
  };
};

const action = (held: Held): BusEvent => ({
  source: "aws.autoscaling",
  detailType: "EC2 Instance-launch Lifecycle Action",
  resources: [groupArn(held.where, held.group)],
  detail: {
    LifecycleActionToken: held.token,
    AutoScalingGroupName: held.group,
    LifecycleHookName: held.hook,
    EC2InstanceId: held.instanceId,
    LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
    ...(held.metadata === undefined ? {} : { NotificationMetadata: held.metadata }),
    Origin: "EC2",
    Destination: "AutoScalingGroup",
  },
});

const list = async (cloud: Pick<Cloud, "moto">, where: Where): Promise<Map<string, Member>> => {
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

/** `changed`: called when a group changed its instances by itself, so that somebody compares and announces. */
export const createScaling = (
  cloud: Pick<Cloud, "moto" | "now" | "switches">,
  courier: Courier,
  changed: (where: Where) => Promise<void>,
): Scaling => {
  const known = new Scoped(() => new Map<string, Member>());
  const untold = new Scoped<BusEvent[]>(() => []);
  const activities = createActivities(() => cloud.now());
  /** Launches that wait for their hooks, by instance. */
  const launches = new Scoped(() => new Map<string, Activity>());

  const concluded: Parameters<typeof createHooks>[0] = async (held, outcome, reason) => {
    const { where, instanceId } = held;
    const launch = launches.of(where).get(instanceId);
    launches.of(where).delete(instanceId);
    if (launch === undefined) return;
    if (outcome === "CONTINUE") {
      activities.end(launch, "Successful");
      courier.put(where, result(where, launch));
      return;
    }
    const status = cloud.switches.get("abandoned-launch-status") === "Failed" ? "Failed" : "Cancelled";
    activities.end(launch, status, `Instance failed to complete user's Lifecycle Action: ${reason}`);
    courier.put(where, result(where, launch));
    // the group launches another one, which its hook holds again
    await cloud.moto(where, "autoscaling", {
      params: {
        Action: "TerminateInstanceInAutoScalingGroup",
        Version: "2011-01-01",
        InstanceId: instanceId,
        ShouldDecrementDesiredCapacity: "false",
      },
    });
    await changed(where);
  };
  const hooks = createHooks(concluded, ({ where, instanceId }) =>
    reaches(cloud, where, instanceId, "autoscaling"),
  );

  const begin = (where: Where, kind: Activity["kind"], member: Member): Activity =>
    activities.start(where, {
      kind,
      group: member.group,
      instanceId: member.id,
      details: JSON.stringify({ "Availability Zone": member.zone }),
    });

  const launched = (where: Where, member: Member): readonly BusEvent[] => {
    const activity = begin(where, "Launch", member);
    const held = hooks.hold(where, member.group, member.id);
    if (held.length === 0) {
      activities.end(activity, "Successful");
      return [result(where, activity)];
    }
    activity.status = "MidLifecycleAction";
    launches.of(where).set(member.id, activity);
    return held.map(action);
  };

  const ended = (where: Where, member: Member): readonly BusEvent[] => {
    hooks.forget(where, member.id);
    const launch = launches.of(where).get(member.id);
    launches.of(where).delete(member.id);
    if (launch !== undefined) activities.end(launch, "Cancelled", "the instance ended before its hooks did");
    const activity = begin(where, "Terminate", member);
    activities.end(activity, "Successful");
    return [result(where, activity)];
  };

  return {
    hooks,
    activities,
    active: (where) => known.of(where).size > 0,
    async compare(where) {
      const now = await list(cloud, where);
      const before = known.of(where);
      const came = [...now.values()].filter(({ id }) => !before.has(id));
      const went = [...before.values()].filter(({ id }) => !now.has(id));
      for (const member of came) before.set(member.id, member);
      for (const { id } of went) before.delete(id);
      untold
        .of(where)
        .push(
          ...came.flatMap((member) => launched(where, member)),
          ...went.flatMap((member) => ended(where, member)),
        );
      return { launched: came.map(({ id }) => id), ended: went.map(({ id }) => id) };
    },
    publish(where) {
      for (const event of untold.of(where).splice(0)) courier.put(where, event, "settled");
    },
    reset() {
      hooks.reset();
      activities.reset();
      launches.reset();
      known.reset();
      untold.reset();
    },
  };
};
