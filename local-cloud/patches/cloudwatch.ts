import { queryOk } from "../answers.js";
import { Scoped } from "../scoped.js";
import type { Call } from "../types.js";
import { escapeXml, list, type Params } from "../xml.js";
import { edited, is, type PatchSet } from "./types.js";

const NAMESPACE = "http://monitoring.amazonaws.com/doc/2010-08-01/";

interface Composite {
  readonly params: Params;
  readonly tags: Map<string, string>;
  readonly at: string;
}

const tag = (name: string, value: string | undefined): string =>
  value ? `<${name}>${escapeXml(value)}</${name}>` : "";
const members = (params: Params, name: string): string =>
  `<${name}>${list(params, `${name}.member`)
    .map((value) => tag("member", value))
    .join("")}</${name}>`;
const arnOf = (call: Call, alarm: Composite): string =>
  `arn:aws:cloudwatch:${call.region}:${call.account}:alarm:${alarm.params["AlarmName"] ?? ""}`;

const render = (call: Call, alarm: Composite): string => {
  const { params, at } = alarm;
  const suppressor = ["ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"];
  return [
    "<member>",
    tag("AlarmName", params["AlarmName"]),
    tag("AlarmArn", arnOf(call, alarm)),
    tag("AlarmDescription", params["AlarmDescription"]),
    tag("AlarmRule", params["AlarmRule"]),
    tag("ActionsEnabled", params["ActionsEnabled"] ?? "true"),
    ...suppressor.map((name) => tag(name, params[name])),
    ...["OKActions", "AlarmActions", "InsufficientDataActions"].map((name) => members(params, name)),
    tag("StateValue", "OK"),
    tag("StateReason", "initial"),
    tag("StateUpdatedTimestamp", at),
    tag("AlarmConfigurationUpdatedTimestamp", at),
    "</member>",
  ].join("");
};

const tagsIn = (params: Params): [string, string][] => {
  const tags: [string, string][] = [];
  for (let i = 1; params[`Tags.member.${i}.Key`] !== undefined; i++) {
    tags.push([params[`Tags.member.${i}.Key`] ?? "", params[`Tags.member.${i}.Value`] ?? ""]);
  }
  return tags;
};

export const cloudwatchPatches = (): PatchSet => {
  const alarms = new Scoped(() => new Map<string, Composite>());
  const owned = (call: Call): Composite | undefined =>
    [...alarms.of(call).values()].find((alarm) => arnOf(call, alarm) === call.params["ResourceARN"]);

  return {
    reset: () => alarms.reset(),
    patches: [
      {
        name: "composite-alarm-put",
        why: "moto has no composite alarms",
        match: is("monitoring", "PutCompositeAlarm"),
        run(call) {
          const name = call.params["AlarmName"] ?? "";
          const tags = alarms.of(call).get(name)?.tags ?? new Map<string, string>();
          for (const [key, value] of tagsIn(call.params)) tags.set(key, value);
          alarms.of(call).set(name, { params: { ...call.params }, tags, at: new Date().toISOString() });
          return Promise.resolve(queryOk(call.action, NAMESPACE, ""));
        },
      },
      {
        name: "composite-alarm-describe",
        why: "the same, when read; AWS answers composite alarms only when AlarmTypes asks for them",
        match: is("monitoring", "DescribeAlarms"),
        run: edited((text, call) => {
          if (!list(call.params, "AlarmTypes.member").includes("CompositeAlarm")) return text;
          const names = list(call.params, "AlarmNames.member");
          const prefix = call.params["AlarmNamePrefix"] ?? "";
          const found = [...alarms.of(call)].filter(
            ([name]) => (names.length === 0 || names.includes(name)) && name.startsWith(prefix),
          );
          const inner = found.map(([, alarm]) => render(call, alarm)).join("");
          return text.replace(
            /<CompositeAlarms\/>|<CompositeAlarms><\/CompositeAlarms>/,
            `<CompositeAlarms>${inner}</CompositeAlarms>`,
          );
        }),
      },
      {
        name: "composite-alarm-delete",
        why: "the same, when deleted",
        match: is("monitoring", "DeleteAlarms"),
        run(call, next) {
          for (const name of list(call.params, "AlarmNames.member")) alarms.of(call).delete(name);
          return next();
        },
      },
      {
        name: "composite-alarm-tags",
        why: "moto knows no such ARN",
        match: (call) =>
          is("monitoring", "ListTagsForResource", "TagResource", "UntagResource")(call) &&
          owned(call) !== undefined,
        run(call) {
          const tags = owned(call)?.tags ?? new Map<string, string>();
          if (call.action === "TagResource") {
            for (const [key, value] of tagsIn(call.params)) tags.set(key, value);
          }
          if (call.action === "UntagResource") {
            for (const key of list(call.params, "TagKeys.member")) tags.delete(key);
          }
          const shown = [...tags].map(
            ([key, value]) => `<member>${tag("Key", key)}<Value>${escapeXml(value)}</Value></member>`,
          );
          const inner = call.action === "ListTagsForResource" ? `<Tags>${shown.join("")}</Tags>` : "";
          return Promise.resolve(queryOk(call.action, NAMESPACE, inner));
        },
      },
    ],
  };
};
