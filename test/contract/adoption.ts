/**
 * What AWS makes "again" without an error, so that a second deployment of one name takes over what the first one made,
 * and deletes it on destroy. Each must come after something that cannot be made twice.
 */
import type { Block, Configuration } from "./hcl.js";

/** CreateQueue, PutRule, PutMetricAlarm and PutDashboard; in us-east-1 CreateBucket. */
const ADOPTED =
  /^(aws_(sqs_queue|cloudwatch_event_rule|cloudwatch_metric_alarm|cloudwatch_dashboard|s3_bucket)\.|module\.alarms$)/;

/** Refused under a name that exists, by AWS or by the provider, which looks first. */
const REFUSED =
  /^aws_(cloudwatch_event_bus|cloudwatch_log_group|iam_role|lambda_function|launch_template|lb|autoscaling_group|ssm_parameter)\./;

const entries = (value: unknown): [string, unknown][] => Object.entries((value ?? {}) as Block);
const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** Address → addresses that its text names; calls of lambda-function count as a function. */
const graphOf = ({ files, calls }: Configuration): ReadonlyMap<string, ReadonlySet<string>> => {
  const texts = new Map<string, string>();
  for (const { resource, data, locals } of files.values()) {
    for (const [prefix, byType] of [
      ["", resource],
      ["data.", data],
    ] as const)
      for (const [type, byName] of entries(byType))
        for (const [name, block] of entries(byName))
          texts.set(`${prefix}${type}.${name}`, JSON.stringify(block));
    for (const block of listed(locals ?? []))
      for (const [name, value] of entries(block)) texts.set(`local.${name}`, JSON.stringify(value));
  }
  for (const [name, block] of calls) texts.set(`module.${name}`, JSON.stringify(block));
  const known = [...texts.keys()];
  return new Map(
    [...texts].map(([address, text]) => {
      const words = new Set(text.match(/(data\.)?[a-z_0-9]+\.[a-zA-Z_0-9]+/g) ?? []);
      return [address, new Set(known.filter((each) => each !== address && words.has(each)))];
    }),
  );
};

/** Addresses of what a second deployment of one name would take over. */
export const adoptable = (configuration: Configuration): string[] => {
  const graph = graphOf(configuration);
  const callsOf = (module: string): string[] =>
    [...configuration.calls].flatMap(([name, { source }]) =>
      String(source).endsWith(module) ? [`module.${name}`] : [],
    );
  const functions = callsOf("/lambda-function");
  const schedules = callsOf("/function-schedule");
  const adopted = (address: string): boolean => ADOPTED.test(address) || schedules.includes(address);
  const comesAfter = (address: string, seen = new Set<string>()): boolean => {
    if (seen.has(address)) return false;
    seen.add(address);
    return [...(graph.get(address) ?? [])].some(
      (each) => REFUSED.test(each) || functions.includes(each) || comesAfter(each, seen),
    );
  };
  return [...graph.keys()].filter((address) => adopted(address) && !comesAfter(address));
};
