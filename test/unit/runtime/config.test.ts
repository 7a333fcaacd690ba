import { describe, expect, it } from "@jest/globals";
import { readConfig } from "../../../functions/runtime/config.js";
import { accountRegionOf } from "../../../functions/runtime/account-region.js";

const guardrails = {
  removal_percent: 20,
  removal_minimum: 10,
  acknowledged_until: null as string | null,
  rollout_percent: 100,
  max_sessions: null as number | null,
  first_apply_sessions: 1000 as number | null,
};
const environment = {
  CONTROLLER_NAME: "mirror",
  ACCOUNT_ID: "111122223333",
  POLICY_PARAMETER: "/mirror/policy",
  MODE: "enforce",
  MUTATIONS_PER_SECOND: "1.5",
  MUTATIONS_BURST: "10",
  SESSION_TAGS: '{"Team":"sec"}',
  DEFAULT_TAGS: '{"Commit":"c0ffee"}',
  SESSION_QUOTA: "10000",
  GUARDRAILS: JSON.stringify(guardrails),
  SESSION_USD_PER_HOUR: "0.015",
  AWS_REGION: "eu-west-1",
  EVENT_BUS_NAME: "mirror",
  DEMANDS: JSON.stringify({
    table: "mirror-demands",
    default_minutes: 1440,
    maximum_minutes: 10_080,
    limit: 500,
    requester_limit: 20,
    requests_per_minute: 30,
  }),
};
const read = (over: Record<string, string | undefined> = {}) => readConfig({ ...environment, ...over });
const withGuardrails = (over: Partial<Record<keyof typeof guardrails, unknown>>) =>
  read({ GUARDRAILS: JSON.stringify({ ...guardrails, ...over }) });

describe("the environment", () => {
  it("becomes numbers, tags and guardrails", () => {
    expect(read()).toEqual({
      controller: "mirror",
      account: "111122223333",
      policyParameter: "/mirror/policy",
      mode: "enforce",
      pace: { perSecond: 1.5, burst: 10, perSecondWaiting: 1.5 },
      ownTags: { Team: "sec" },
      defaultTags: { Commit: "c0ffee" },
      quota: 10_000,
      guardrails: {
        removalPercent: 20,
        removalMinimum: 10,
        acknowledgedUntil: null,
        rolloutPercent: 100,
        maxSessions: null,
        firstApplySessions: 1000,
      },
      sessionUsdPerHour: 0.015,
      region: "eu-west-1",
      bus: "mirror",
      demands: {
        table: "mirror-demands",
        defaultMinutes: 1440,
        maximumMinutes: 10_080,
        openInAll: 500,
        openPerRequester: 20,
        requestsPerMinute: 30,
      },
    });
  });

  it("takes the time of an acknowledgement with any offset", () => {
    const until = (text: string) => withGuardrails({ acknowledged_until: text }).guardrails.acknowledgedUntil;
    expect(until("2026-01-05T12:00:00Z")).toBe(Date.parse("2026-01-05T12:00:00Z"));
    expect(until("2026-01-05T13:00:00+01:00")).toBe(Date.parse("2026-01-05T12:00:00Z"));
  });

  it("may know more than we do", () => {
    expect(read({ PATH: "/usr/bin" })).toEqual(read());
  });
});

describe("what is wrong in it", () => {
  it.each([
    ["CONTROLLER_NAME", ""],
    ["CONTROLLER_NAME", undefined],
    ["POLICY_PARAMETER", undefined],
    ["MODE", "off"],
    ["MUTATIONS_PER_SECOND", "0"],
    ["MUTATIONS_PER_SECOND", "fast"],
    ["MUTATIONS_PER_SECOND", "Infinity"],
    ["MUTATIONS_BURST", "-1"],
    ["MUTATIONS_BURST", undefined],
    ["SESSION_TAGS", "{"],
    ["SESSION_TAGS", "[]"],
    ["SESSION_QUOTA", ""],
    ["GUARDRAILS", "not json"],
    ["SESSION_USD_PER_HOUR", "-1"],
    ["AWS_REGION", undefined],
  ])("is named: %s = %j", (name, value) => {
    expect(() => read({ [name]: value })).toThrow(new RegExp(`^environment: ${name}: `));
  });

  it.each([
    ["removal_percent", 101],
    ["removal_percent", -1],
    ["removal_minimum", 0.5],
    ["acknowledged_until", "tomorrow"],
    ["rollout_percent", 120],
    ["max_sessions", -1],
    ["first_apply_sessions", 0.5],
  ] as const)("is named inside GUARDRAILS: %s = %j", (name, value) => {
    expect(() => withGuardrails({ [name]: value })).toThrow(`GUARDRAILS.${name}: `);
  });

  it("is named inside SESSION_TAGS", () => {
    expect(() => read({ SESSION_TAGS: '{"Team":1}' })).toThrow("SESSION_TAGS.Team: ");
  });

  it("is named all at once, with what is allowed", () => {
    expect(() => read({ MODE: "off", SESSION_TAGS: "{", GUARDRAILS: "{}", MUTATIONS_BURST: "0" })).toThrow(
      /MODE: .*enforce.*MUTATIONS_BURST: .*SESSION_TAGS: not JSON.*GUARDRAILS\.removal_percent: /,
    );
  });
});

describe("account and region", () => {
  it("are those of the running function, in every partition", () => {
    const arn = "arn:aws-cn:lambda:cn-north-1:111122223333:function:mirror-reconcile:live";
    expect(accountRegionOf({ invokedFunctionArn: arn })).toEqual({
      account: "111122223333",
      region: "cn-north-1",
    });
  });
});
