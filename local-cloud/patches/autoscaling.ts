import { queryOk } from "../answers.js";
import { Scoped } from "../scoped.js";
import type { Call } from "../types.js";
import { escapeXml, list, type Params } from "../xml.js";
import { edited, is, type PatchSet } from "./types.js";

const NAMESPACE = "http://autoscaling.amazonaws.com/doc/2011-01-01/";
const ECHOED = ["MaxInstanceLifetime", "DefaultInstanceWarmup", "DefaultCooldown", "CapacityRebalance"];

const tag = (name: string, value: string): string => `<${name}>${escapeXml(value)}</${name}>`;
const hasPolicy = (params: Params): boolean =>
  Object.keys(params).some((name) => /^(MixedInstancesPolicy|LaunchTemplate)\./.test(name));
const without = (params: Params, prefix: string): Params =>
  Object.fromEntries(Object.entries(params).filter(([name]) => !name.startsWith(prefix)));

/** What a group was asked for, merged over its updates; moto is sent again what it would forget. */
const merge = (groups: Map<string, Params>, call: Call): void => {
  const name = call.params["AutoScalingGroupName"] ?? "";
  const updates = call.action === "UpdateAutoScalingGroup";
  let old: Params = updates ? (groups.get(name) ?? {}) : {};
  if (updates && !hasPolicy(call.params)) {
    for (const [key, value] of Object.entries(old)) {
      if (key.startsWith("MixedInstancesPolicy.")) call.params[key] = value;
    }
  }
  if (list(call.params, "TerminationPolicies.member").length > 0) old = without(old, "TerminationPolicies.");
  if (hasPolicy(call.params)) old = without(old, "MixedInstancesPolicy.");
  groups.set(name, { ...old, ...call.params });
};

const echo = (text: string, params: Params): string => {
  let out = text;
  for (const name of ECHOED) {
    const value = params[name];
    if (value === undefined) continue;
    const element = new RegExp(`<${name}>[^<]*</${name}>`);
    out = element.test(out) ? out.replace(element, tag(name, value)) : out + tag(name, value);
  }
  const healthy = ["MinHealthyPercentage", "MaxHealthyPercentage"].flatMap((name) => {
    const value = params[`InstanceMaintenancePolicy.${name}`];
    return value === undefined || value === "-1" ? [] : [tag(name, value)];
  });
  if (healthy.length > 0) {
    out += `<InstanceMaintenancePolicy>${healthy.join("")}</InstanceMaintenancePolicy>`;
  }
  const policies = list(params, "TerminationPolicies.member");
  if (policies.length === 0) return out;
  return out.replace(
    /<TerminationPolicies>.*?<\/TerminationPolicies>/s,
    `<TerminationPolicies>${policies.map((policy) => tag("member", policy)).join("")}</TerminationPolicies>`,
  );
};

/** Lifecycle hooks given with the group: `LifecycleHookSpecificationList.member.1.LifecycleHookName` … */
export const initialHooks = (params: Params): Params[] => {
  const hooks: Params[] = [];
  for (let i = 1; ; i++) {
    const prefix = `LifecycleHookSpecificationList.member.${i}.`;
    const fields = Object.entries(params).filter(([name]) => name.startsWith(prefix));
    if (fields.length === 0) return hooks;
    hooks.push(Object.fromEntries(fields.map(([name, value]) => [name.slice(prefix.length), value])));
  }
};

export const autoscalingPatches = (): PatchSet => {
  const groups = new Scoped(() => new Map<string, Params>());
  const hooks = new Scoped(() => new Map<string, Params>());
  /** `group|topic` → notification types */
  const notifications = new Scoped(() => new Map<string, string[]>());
  const states = [groups, hooks, notifications];
  const hookKey = (params: Params): string =>
    `${params["AutoScalingGroupName"] ?? ""}/${params["LifecycleHookName"] ?? ""}`;
  const notificationKey = (params: Params): string =>
    `${params["AutoScalingGroupName"] ?? ""}|${params["TopicARN"] ?? ""}`;

  return {
    reset: () => states.forEach((state) => state.reset()),
    patches: [
      {
        name: "autoscaling-group-fields",
        why: "moto drops some fields of a group and forgets its launch policy on update; AWS keeps what is not sent",
        match: is("autoscaling", "CreateAutoScalingGroup", "UpdateAutoScalingGroup"),
        run(call, next) {
          merge(groups.of(call), call);
          for (const hook of initialHooks(call.params)) {
            const AutoScalingGroupName = call.params["AutoScalingGroupName"] ?? "";
            hooks.of(call).set(hookKey({ ...hook, AutoScalingGroupName }), hook);
          }
          return next();
        },
      },
      {
        name: "autoscaling-group-echo",
        why: "moto answers defaults for fields it dropped",
        match: is("autoscaling", "DescribeAutoScalingGroups"),
        run: edited((text, call) =>
          text.replace(
            /<AutoScalingGroupName>([^<]+)<\/AutoScalingGroupName>(?=<AutoScalingGroupARN>)(.*?<\/CapacityRebalance>)/gs,
            (whole, name: string) => {
              const params = groups.of(call).get(name);
              return params === undefined ? whole : echo(whole, params);
            },
          ),
        ),
      },
      {
        name: "autoscaling-policy-enabled",
        why: "moto leaves out Enabled and answers an empty PredictiveScalingConfiguration",
        match: is("autoscaling", "DescribePolicies"),
        run: edited((text) =>
          text
            .replace(/<PredictiveScalingConfiguration(\/>|><\/PredictiveScalingConfiguration>)/g, "")
            .replaceAll("</PolicyType>", "</PolicyType><Enabled>true</Enabled>"),
        ),
      },
      {
        name: "autoscaling-hook-put",
        why: "moto answers hard-coded ARNs for a hook's topic and role",
        match: is("autoscaling", "PutLifecycleHook"),
        run(call, next) {
          const known = hooks.of(call);
          known.set(hookKey(call.params), { ...known.get(hookKey(call.params)), ...call.params });
          return next();
        },
      },
      {
        name: "autoscaling-hook-describe",
        why: "the same, when read",
        match: is("autoscaling", "DescribeLifecycleHooks"),
        run: edited((text, call) =>
          text
            .replace(
              /<NotificationTargetARN>[^<]*<\/NotificationTargetARN>|<RoleARN>[^<]*<\/RoleARN>|<NotificationMetadata>[^<]*<\/NotificationMetadata>/g,
              "",
            )
            .replace(
              /<LifecycleHookName>([^<]+)<\/LifecycleHookName><AutoScalingGroupName>([^<]+)<\/AutoScalingGroupName>/g,
              (whole, LifecycleHookName: string, AutoScalingGroupName: string) => {
                const hook = hooks.of(call).get(hookKey({ LifecycleHookName, AutoScalingGroupName })) ?? {};
                return (
                  whole +
                  ["NotificationTargetARN", "RoleARN", "NotificationMetadata"]
                    .map((name) => (hook[name] ? tag(name, hook[name]) : ""))
                    .join("")
                );
              },
            ),
        ),
      },
      {
        name: "autoscaling-notifications",
        why: "moto has no notification configurations",
        match: is(
          "autoscaling",
          "PutNotificationConfiguration",
          "DeleteNotificationConfiguration",
          "DescribeNotificationConfigurations",
        ),
        run(call) {
          const known = notifications.of(call);
          const key = notificationKey(call.params);
          if (call.action === "PutNotificationConfiguration") {
            known.set(key, list(call.params, "NotificationTypes.member"));
          } else if (call.action === "DeleteNotificationConfiguration") {
            known.delete(key);
          }
          if (call.action !== "DescribeNotificationConfigurations") {
            return Promise.resolve(queryOk(call.action, NAMESPACE, ""));
          }
          const names = list(call.params, "AutoScalingGroupNames.member");
          const members = [...known].flatMap(([entry, types]) => {
            const [group = "", topic = ""] = entry.split("|");
            if (names.length > 0 && !names.includes(group)) return [];
            const head = tag("AutoScalingGroupName", group) + tag("TopicARN", topic);
            return types.map((type) => `<member>${head}${tag("NotificationType", type)}</member>`);
          });
          const inner = `<NotificationConfigurations>${members.join("")}</NotificationConfigurations>`;
          return Promise.resolve(queryOk(call.action, NAMESPACE, inner));
        },
      },
    ],
  };
};
