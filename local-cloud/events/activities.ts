import { randomUUID } from "node:crypto";
import { queryOk } from "../answers.js";
import type { Patch } from "../patches/types.js";
import { Scoped } from "../scoped.js";
import { escapeXml, list } from "../xml.js";
import type { Where } from "./courier.js";

const NAMESPACE = "http://autoscaling.amazonaws.com/doc/2011-01-01/";
const PAGE = 100;
/** Auto Scaling keeps them for six weeks; here the latest are enough. */
const KEEP = 1000;

/** One launch or termination of a group ("Activity" of the Auto Scaling API reference). */
export interface Activity {
  readonly id: string;
  readonly group: string;
  readonly instanceId: string;
  readonly kind: "Launch" | "Terminate";
  readonly details: string;
  readonly startedAt: number;
  /** Of the values of StatusCode those that happen here. */
  status: "InProgress" | "MidLifecycleAction" | "Successful" | "Cancelled" | "Failed";
  message: string;
  endedAt?: number;
}

export interface Activities {
  start(where: Where, about: Pick<Activity, "group" | "instanceId" | "kind" | "details">): Activity;
  end(activity: Activity, status: "Successful" | "Cancelled" | "Failed", message?: string): void;
  readonly patch: Patch;
  reset(): void;
}

const time = (milliseconds: number): string => new Date(milliseconds).toISOString();

const render = (activity: Activity): string => {
  const { kind, instanceId, message } = activity;
  const what = kind === "Launch" ? "Launching a new EC2 instance" : "Terminating EC2 instance";
  const reason = message === "" ? "" : `.  Status Reason: ${message}`;
  const fields: Readonly<Record<string, string | undefined>> = {
    ActivityId: activity.id,
    AutoScalingGroupName: activity.group,
    Description: `${what}: ${instanceId}${reason}`,
    Cause: `At ${time(activity.startedAt)} a capacity change.`,
    StartTime: time(activity.startedAt),
    EndTime: activity.endedAt === undefined ? undefined : time(activity.endedAt),
    StatusCode: activity.status,
    StatusMessage: message || undefined,
    Progress: activity.endedAt === undefined ? "50" : "100",
    Details: activity.details,
  };
  const inner = Object.entries(fields).map(([name, value]) =>
    value === undefined ? "" : `<${name}>${escapeXml(value)}</${name}>`,
  );
  return `<member>${inner.join("")}</member>`;
};

export const createActivities = (now: () => number): Activities => {
  const all = new Scoped<Activity[]>(() => []);
  return {
    start(where, about) {
      const activity: Activity = {
        ...about,
        id: randomUUID(),
        startedAt: now(),
        status: "InProgress",
        message: "",
      };
      const known = all.of(where);
      known.unshift(activity);
      if (known.length > KEEP) known.pop();
      return activity;
    },
    end(activity, status, message = "") {
      activity.status = status;
      activity.message = message;
      activity.endedAt = now();
    },
    patch: {
      name: "autoscaling-activities",
      why: "moto answers that there were no scaling activities",
      match: (call) => call.service === "autoscaling" && call.action === "DescribeScalingActivities",
      run(call) {
        const { AutoScalingGroupName: group, NextToken, MaxRecords } = call.params;
        const ids = list(call.params, "ActivityIds.member");
        const found = all
          .of(call)
          .filter((each) => group === undefined || each.group === group)
          .filter((each) => ids.length === 0 || ids.includes(each.id));
        const from = Number(NextToken ?? 0);
        const to = from + Math.min(PAGE, Number(MaxRecords ?? PAGE));
        const next = to < found.length ? `<NextToken>${to}</NextToken>` : "";
        const members = found.slice(from, to).map(render).join("");
        return Promise.resolve(queryOk(call.action, NAMESPACE, `<Activities>${members}</Activities>${next}`));
      },
    },
    reset: () => all.reset(),
  };
};
