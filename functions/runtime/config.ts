/** What Terraform set in the function's environment. All problems are reported at once. */
import en from "zod/v4/locales/en.js";
import * as z from "zod/mini";
import type { Brakes } from "../core/account.js";
import type { Mode } from "../core/reconcile.js";
import type { Tags } from "../core/model.js";

z.config(en()); // the words of the problems, which zod/mini does not bring

export interface Config {
  readonly controller: string;
  readonly policyParameter: string;
  readonly mode: Mode;
  /** This process's share of its lane's pace. */
  readonly pace: { readonly perSecond: number; readonly burst: number };
  readonly ownTags: Tags;
  readonly quota: number;
  readonly brakes: Brakes;
  readonly region: string;
}

const brakes = z.object({
  removal_percent: z.number().check(z.gte(0), z.lte(100)),
  removal_minimum: z.int().check(z.gte(0)),
  acknowledged_until: z.nullable(z.iso.datetime({ offset: true })),
  rollout_percent: z.number().check(z.gte(0), z.lte(100)),
  max_sessions: z.nullable(z.int().check(z.gte(0))),
});

const environment = z.object({
  CONTROLLER_NAME: z.string().check(z.minLength(1)),
  POLICY_PARAMETER: z.string().check(z.minLength(1)),
  MODE: z.enum(["enforce", "observe", "drain"]),
  MUTATIONS_PER_SECOND: z.coerce.number().check(z.positive()),
  MUTATIONS_BURST: z.coerce.number().check(z.positive()),
  SESSION_TAGS: json(z.record(z.string(), z.string())),
  SESSION_QUOTA: z.coerce.number().check(z.positive()),
  BRAKES: json(brakes),
  AWS_REGION: z.string().check(z.minLength(1)),
});

export function readConfig(env: NodeJS.ProcessEnv): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`environment: ${problems.join("; ")}`);
  }
  const { data } = parsed;
  return {
    controller: data.CONTROLLER_NAME,
    policyParameter: data.POLICY_PARAMETER,
    mode: data.MODE,
    pace: { perSecond: data.MUTATIONS_PER_SECOND, burst: data.MUTATIONS_BURST },
    ownTags: data.SESSION_TAGS,
    quota: data.SESSION_QUOTA,
    brakes: {
      removalPercent: data.BRAKES.removal_percent,
      removalMinimum: data.BRAKES.removal_minimum,
      acknowledgedUntil:
        data.BRAKES.acknowledged_until === null ? null : Date.parse(data.BRAKES.acknowledged_until),
      rolloutPercent: data.BRAKES.rollout_percent,
      maxSessions: data.BRAKES.max_sessions,
    },
    region: data.AWS_REGION,
  };
}

function json<T extends z.core.$ZodType>(schema: T) {
  const parse = z.transform((text: string, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.issues.push({ code: "custom", message: "not JSON", input: text });
      return z.NEVER;
    }
  });
  return z.pipe(z.pipe(z.string(), parse), schema);
}
