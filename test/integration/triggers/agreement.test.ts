/** Patterns and parsers say the same: what a pattern lets through is acted on, and nothing else would be. */
import { beforeAll, describe, expect, test } from "@jest/globals";
import { parseEvent } from "../../../functions/core/events/registry.js";
import { matches, parsePattern, type Json } from "../../../local-cloud/events/pattern.js";
import { anEvent, ACCOUNT_REGION } from "../../support/events.js";
import { readRules, valuesFor } from "./rules.js";

type Fields = Record<string, Json>;
let patterns: readonly ReturnType<typeof parsePattern>[];

beforeAll(async () => {
  patterns = (await readRules(valuesFor(ACCOUNT_REGION))).map(({ pattern }) => parsePattern(pattern));
});

const isLetThrough = (event: string) =>
  patterns.some((pattern) => matches(pattern, JSON.parse(event) as Json));
const isActedOn = (event: string) => {
  const parsed = parseEvent(event, ACCOUNT_REGION);
  if (!parsed.ok) return false;
  const { look, sweep, followUps } = parsed.event;
  return look.instanceIds.length + look.interfaceIds.length + followUps.length > 0 || sweep !== undefined;
};

const { account, region } = ACCOUNT_REGION;
const role = (name: string): Fields => ({
  type: "AssumedRole",
  arn: `arn:aws:sts::${account}:assumed-role/${name}/x`,
  sessionContext: { sessionIssuer: { arn: `arn:aws:iam::${account}:role/${name}` } },
});
const callers: Readonly<Record<string, Fields>> = {
  "a person's role": role("operator"),
  "a user": { type: "IAMUser", arn: `arn:aws:iam::${account}:user/jane` },
  "a service": { type: "AWSService", invokedBy: "ec2.amazonaws.com" },
  "our sweep": role(`mirror-sweep-${region}`),
  "another controller's reconcile": role(`other-reconcile-${region}`),
  "our endpoints": role(`mirror-endpoints-${region}`),
  "a controller of another region": role("mirror-sweep-us-east-1"),
};

const ID = "0abcd1234ef567890";
const tagging = (...prefixes: string[]): Fields => ({
  resourcesSet: { items: prefixes.map((prefix) => ({ resourceId: `${prefix}-${ID}` })) },
});
const wrapped = (call: string, fields: Fields): Fields => ({ [`${call}Request`]: fields });
const resources = ["i", "eni", "vol", "tms", "tmt", "tmf", "vpce", "subnet"];
const calls: readonly (readonly [string, Fields])[] = [
  ...["CreateTags", "DeleteTags"].flatMap((call) => [
    ...resources.map((prefix) => [call, tagging(prefix)] as const),
    ...resources.map((prefix) => [call, tagging("vol", prefix)] as const),
  ]),
  ...["DeleteTrafficMirrorSession", "ModifyTrafficMirrorSession"].map(
    (call) => [call, wrapped(call, { TrafficMirrorSessionId: `tms-${ID}` })] as const,
  ),
  ...[
    "CreateTrafficMirrorFilterRule",
    "ModifyTrafficMirrorFilterNetworkServices",
    "DeleteTrafficMirrorFilter",
  ].map((call) => [call, wrapped(call, { TrafficMirrorFilterId: `tmf-${ID}` })] as const),
  ...["DeleteTrafficMirrorFilterRule", "ModifyTrafficMirrorFilterRule"].map(
    (call) => [call, wrapped(call, { TrafficMirrorFilterRuleId: `tmfr-${ID}` })] as const,
  ),
  ["CreateTrafficMirrorFilter", wrapped("CreateTrafficMirrorFilter", {})],
  ["CreateTrafficMirrorSession", wrapped("CreateTrafficMirrorSession", { NetworkInterfaceId: `eni-${ID}` })],
  ["AttachNetworkInterface", { networkInterfaceId: `eni-${ID}`, instanceId: `i-${ID}` }],
  ["DetachNetworkInterface", { attachmentId: `eni-attach-${ID}` }],
  ["ModifyInstanceAttribute", { instanceId: `i-${ID}` }],
  ["RunInstances", { instanceId: `i-${ID}` }],
];

const fixture = (JSON.parse(anEvent("api-create-tags")) as { detail: Fields }).detail;
const event = (eventName: string, requestParameters: Fields, userIdentity: Fields, more: Fields = {}) =>
  anEvent("api-create-tags", { detail: { ...fixture, eventName, requestParameters, userIdentity, ...more } });

describe.each(Object.entries(callers))("of %s", (_who, identity) => {
  test.each(calls)("%s %j is let through where it is acted on", (call, parameters) => {
    const made = event(call, parameters, identity);
    expect(isActedOn(made)).toBe(isLetThrough(made));
    const refused = event(call, parameters, identity, { errorCode: "Client.UnauthorizedOperation" });
    expect([isLetThrough(refused), isActedOn(refused)]).toEqual([false, false]);
  });
});

test("calls of each sort are let through, and each sort of caller is told apart", () => {
  const through = (call: string, who: string) =>
    calls
      .filter(([name]) => name === call)
      .some(([name, parameters]) => isLetThrough(event(name, parameters, callers[who] ?? {})));
  expect(through("DeleteTrafficMirrorFilterRule", "a person's role")).toBe(true);
  expect(through("DeleteTrafficMirrorFilterRule", "our sweep")).toBe(false);
  const ours = callers["our sweep"] ?? {};
  expect(isLetThrough(event("CreateTags", tagging("tms"), ours))).toBe(false);
  expect(isLetThrough(event("CreateTags", tagging("tms"), callers["a user"] ?? {}))).toBe(true);
});
