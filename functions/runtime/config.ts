/** What Terraform set in the environment of `reconcile` and `sweep`. */
import * as z from "zod/mini";
import type { ClaimLimits } from "../core/demands/claim.js";
import type { Quotas } from "../core/demands/quota.js";
import type { Tags } from "../core/model.js";
import type { Guardrails } from "../core/sessions/settings.js";
import type { Mode } from "../core/sessions/settings.js";
import { json, readEnvironment } from "./environment.js";

export interface Config {
  readonly controller: string;
  /** Id of the account that the functions run in. */
  readonly account: string;
  readonly policyParameter: string;
  readonly mode: Mode;
  /** This process's share of the function's pace. */
  readonly pace: { readonly perSecond: number; readonly burst: number; readonly perSecondWaiting: number };
  readonly ownTags: Tags;
  readonly defaultTags: Tags;
  readonly quota: number;
  readonly guardrails: Guardrails;
  readonly sessionUsdPerHour: number;
  readonly region: string;
  /** Name or ARN of the controller's bus. */
  readonly bus: string;
  readonly demands: ClaimLimits & Quotas & { readonly table: string };
}

const guardrails = z.object({
  removal_percent: z.number().check(z.gte(0), z.lte(100)),
  removal_minimum: z.int().check(z.gte(0)),
  acknowledged_until: z.nullable(z.iso.datetime({ offset: true })),
  rollout_percent: z.number().check(z.gte(0), z.lte(100)),
  max_sessions: z.nullable(z.int().check(z.gte(0))),
  first_apply_sessions: z.nullable(z.int().check(z.gte(0))),
});

const demands = z.object({
  table: z.string().check(z.minLength(3)),
  default_minutes: z.int().check(z.gte(1)),
  maximum_minutes: z.int().check(z.gte(1)),
  limit: z.int().check(z.gte(0)),
  requester_limit: z.int().check(z.gte(0)),
  requests_per_minute: z.int().check(z.gte(0)),
});

const environment = z.object({
  CONTROLLER_NAME: z.string().check(z.minLength(1)),
  ACCOUNT_ID: z.string().check(z.regex(/^\d{12}$/)),
  POLICY_PARAMETER: z.string().check(z.minLength(1)),
  MODE: z.enum(["enforce", "observe", "drain"]),
  MUTATIONS_PER_SECOND: z.coerce.number().check(z.positive()),
  /** Only where it differs: the runs for events take the sweep's rate while it stands back. */
  MUTATIONS_PER_SECOND_WAITING: z.optional(z.coerce.number().check(z.positive())),
  MUTATIONS_BURST: z.coerce.number().check(z.positive()),
  SESSION_TAGS: json(z.record(z.string(), z.string())),
  DEFAULT_TAGS: z._default(json(z.record(z.string(), z.string())), {}),
  SESSION_QUOTA: z.coerce.number().check(z.positive()),
  GUARDRAILS: json(guardrails),
  SESSION_USD_PER_HOUR: z.coerce.number().check(z.gte(0)),
  AWS_REGION: z.string().check(z.minLength(1)),
  EVENT_BUS_NAME: z.string().check(z.minLength(1)),
  DEMANDS: json(demands),
});

export function readConfig(env: NodeJS.ProcessEnv): Config {
  const data = readEnvironment(environment, env);
  return {
    controller: data.CONTROLLER_NAME,
    account: data.ACCOUNT_ID,
    policyParameter: data.POLICY_PARAMETER,
    mode: data.MODE,
    pace: {
      perSecond: data.MUTATIONS_PER_SECOND,
      burst: data.MUTATIONS_BURST,
      perSecondWaiting: data.MUTATIONS_PER_SECOND_WAITING ?? data.MUTATIONS_PER_SECOND,
    },
    ownTags: data.SESSION_TAGS,
    defaultTags: data.DEFAULT_TAGS,
    quota: data.SESSION_QUOTA,
    guardrails: {
      removalPercent: data.GUARDRAILS.removal_percent,
      removalMinimum: data.GUARDRAILS.removal_minimum,
      acknowledgedUntil:
        data.GUARDRAILS.acknowledged_until === null ? null : Date.parse(data.GUARDRAILS.acknowledged_until),
      rolloutPercent: data.GUARDRAILS.rollout_percent,
      maxSessions: data.GUARDRAILS.max_sessions,
      firstApplySessions: data.GUARDRAILS.first_apply_sessions,
    },
    sessionUsdPerHour: data.SESSION_USD_PER_HOUR,
    region: data.AWS_REGION,
    bus: data.EVENT_BUS_NAME,
    demands: {
      table: data.DEMANDS.table,
      defaultMinutes: data.DEMANDS.default_minutes,
      maximumMinutes: data.DEMANDS.maximum_minutes,
      openInAll: data.DEMANDS.limit,
      openPerRequester: data.DEMANDS.requester_limit,
      requestsPerMinute: data.DEMANDS.requests_per_minute,
    },
  };
}

/** The events queue: `reconcile` sends messages back to it, `sweep` looks how many wait there. */
export function readQueueUrl(env: NodeJS.ProcessEnv): string {
  const url = env["EVENTS_QUEUE_URL"];
  if (!url) throw new Error("environment: EVENTS_QUEUE_URL: is needed");
  return url;
}

/** The parameter of the sweeps' record: `sweep` writes it, and `reconcile` looks whether the first sweep is over. */
export function readSweepStateParameter(env: NodeJS.ProcessEnv): string {
  const name = env["SWEEP_STATE_PARAMETER"];
  if (!name) throw new Error("environment: SWEEP_STATE_PARAMETER: is needed");
  return name;
}

const leftOut = z.object({ LEFT_OUT_VPC_IDS: z._default(json(z.array(z.string())), []) });

/** VPCs that are not mirrored on purpose, or `*`, which only `sweep` has. */
export function readLeftOutVpcs(env: NodeJS.ProcessEnv): readonly string[] {
  return readEnvironment(leftOut, env).LEFT_OUT_VPC_IDS;
}
