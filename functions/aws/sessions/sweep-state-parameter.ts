/**
 * The sweeps' record as it lies in SSM: one small parameter beside the policy, made by Terraform and written by sweeps
 * alone. SSM has no conditional write; the version that PutParameter answers tells whether somebody else has written
 * in between (Systems Manager API reference, PutParameter), and that version can still be read.
 */
import {
  GetParameterCommand,
  ParameterNotFound,
  PutParameterCommand,
  type SSMClient,
} from "@aws-sdk/client-ssm";
import * as z from "zod/mini";
import { firstApplyStates } from "../../core/sessions/first-apply.js";
import type { SweepState, SweepStateStore } from "../../core/sessions/ports.js";
import type { RefusedTypes } from "../../core/sessions/refused-types.js";
import type { HourCount } from "../../core/sessions/removal-window.js";
import { emptySweepState } from "../../core/sessions/sweep-state.js";

/** `[hour since the epoch, count]`, to stay well within the 4,096 bytes of a standard parameter. */
const counts = z._default(z.array(z.tuple([z.int(), z.int().check(z.gte(0))])), []);
/** Type → time until which it is not tried, in whole seconds. */
const types = z._default(z.record(z.string(), z.int()), {});
/** `[time in whole seconds, [filters that were first seen to differ then, without "tmf-"]]`. */
const differing = z._default(z.array(z.tuple([z.int(), z.array(z.string())])), []);
const document = z.object({
  version: z.literal(1),
  removals: counts,
  sessions: counts,
  /** In whole seconds. */
  removing_until: z._default(z.int(), 0),
  refused_types: types,
  first_apply: z._default(z.enum(firstApplyStates), "awaited"),
  differing_filters: differing,
});

const FILTER = "tmf-";

export function createSweepStateParameter(client: SSMClient, name: string): SweepStateStore {
  const read = async (Name: string) => {
    const { Parameter } = await client.send(new GetParameterCommand({ Name }));
    return { state: parse(Parameter?.Value ?? ""), version: Parameter?.Version ?? 0 };
  };
  return {
    read: () =>
      read(name).catch((error: unknown) => {
        if (error instanceof ParameterNotFound) return { state: null, version: 0 };
        throw error;
      }),
    async write(state, seen) {
      const { Version: version = 0 } = await client.send(
        new PutParameterCommand({ Name: name, Type: "String", Value: write(state), Overwrite: true }),
      );
      if (version === seen + 1) return { version };
      const before = await read(`${name}:${String(version - 1)}`);
      return { version, overwritten: before.state ?? emptySweepState };
    },
  };
}

function parse(text: string): SweepState | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = document.safeParse(json);
  if (!parsed.success) return null;
  const { removals, sessions, refused_types, differing_filters, first_apply: firstApply } = parsed.data;
  const read = (pairs: readonly (readonly [number, number])[]) =>
    pairs.map(([hour, count]) => ({ hour, count }));
  return {
    window: {
      removals: read(removals),
      sessions: read(sessions),
      underWayUntil: parsed.data.removing_until * 1000,
    },
    firstApply,
    refusedTypes: mapped(refused_types, (seconds) => seconds * 1000),
    differingFilters: Object.fromEntries(
      differing_filters.flatMap(([seconds, ids]) => ids.map((id) => [FILTER + id, seconds * 1000])),
    ),
  };
}

function write(state: SweepState): string {
  const { window, firstApply, refusedTypes, differingFilters } = state;
  const { removals, sessions, underWayUntil } = window;
  const pairs = (counted: readonly HourCount[]) => counted.map(({ hour, count }) => [hour, count]);
  const refused_types = mapped(refusedTypes, (milliseconds) => Math.floor(milliseconds / 1000));
  return JSON.stringify({
    version: 1,
    removals: pairs(removals),
    sessions: pairs(sessions),
    ...(underWayUntil > 0 && { removing_until: Math.ceil(underWayUntil / 1000) }),
    refused_types,
    differing_filters: byTime(differingFilters),
    first_apply: firstApply,
  });
}

/** Many differ at once where an apply changes them: each time stands once. */
function byTime(filters: SweepState["differingFilters"]): [number, string[]][] {
  const times = new Map<number, string[]>();
  for (const [id, milliseconds] of Object.entries(filters)) {
    const seconds = Math.floor(milliseconds / 1000);
    times.set(seconds, [...(times.get(seconds) ?? []), id.replace(FILTER, "")]);
  }
  return [...times];
}

function mapped(times: RefusedTypes, change: (time: number) => number): RefusedTypes {
  return Object.fromEntries(Object.entries(times).map(([type, time]) => [type, change(time)]));
}
