/**
 * Demands as they lie in SSM: one parameter for each interface, named after it, whose JSON a requester can read. A
 * parameter's version says whether somebody else has written in between; SSM has no conditional write but "only if
 * it is not there" (Systems Manager API reference, PutParameter).
 */
import {
  AddTagsToResourceCommand,
  DeleteParametersCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ParameterAlreadyExists,
  PutParameterCommand,
  type Parameter,
  type SSMClient,
} from "@aws-sdk/client-ssm";
import * as z from "zod/mini";
import type { Clock } from "../core/clock.js";
import { endOf, isOpen, type Claim, type Demand } from "../core/demands/demand.js";
import type { DemandCount, DemandStore, Put, StoredDemand } from "../core/demands/ports.js";
import { TAG_CONTROLLER, TAG_REQUESTER } from "../core/tags.js";
import type { Pace } from "./pace.js";
import { everyPage } from "./pages.js";

/** Most parameters that one call reads or deletes (API reference, GetParameters, GetParametersByPath). */
const A_CALL = 10;
const COUNT_CACHE_MS = 60_000;

const time = z.pipe(
  z.iso.datetime(),
  z.transform((text: string) => Date.parse(text)),
);
const stored = z.object({
  network_interface_id: z.string(),
  status: z.enum(["requested", "mirrored", "refused", "ended"]),
  session_id: z.nullable(z.string()),
  reason: z.nullable(z.string()),
  since: time,
  turned_down: z.optional(z.string()),
  claims: z.array(
    z.object({
      by: z.string(),
      since: time,
      expires_at: time,
      withdrawn_at: z.optional(time),
      note: z.optional(z.string()),
    }),
  ),
});

export interface DemandParameterOptions {
  /** Parameters lie under it, `/mirror/demands`. */
  readonly path: string;
  readonly controller: string;
  /** How fast this process may read. */
  readonly pace: Pace;
  readonly clock: Clock;
}

export function createDemandParameters(
  client: SSMClient,
  { path, controller, pace, clock }: DemandParameterOptions,
): DemandStore {
  let counted: (DemandCount & { until: number }) | undefined;
  const nameOf = (interfaceId: string) => `${path}/${interfaceId}`;
  const readTurn = async (until = Infinity) => {
    // A read that had to wait for a minute would be of no use to anybody.
    const latest = Math.min(until, clock.now() + COUNT_CACHE_MS);
    if (!(await pace.turn(latest))) throw new Error("demands are not to be read now");
  };

  /** Earlier versions can be read, so what was written between our reading and our writing is not lost. */
  const putOver = async (name: string, seen: number, ours: number): Promise<Put> => {
    if (ours === seen + 1) return { written: true, overwritten: [] };
    const between = Array.from({ length: Math.max(0, ours - seen - 1) }, (_, n) => seen + 1 + n);
    const Names = between.slice(-A_CALL).map((version) => `${name}:${String(version)}`);
    if (Names.length === 0) return { written: false, overwritten: [] };
    await readTurn();
    const { Parameters = [] } = await client.send(new GetParametersCommand({ Names }));
    return { written: false, overwritten: Parameters.flatMap(read).map(({ demand }) => demand) };
  };

  const retag = async (name: string, reader: string): Promise<void> => {
    const Tags = [{ Key: TAG_REQUESTER, Value: reader }];
    await client.send(new AddTagsToResourceCommand({ ResourceType: "Parameter", ResourceId: name, Tags }));
  };

  const all = async (until?: number): Promise<readonly StoredDemand[]> => {
    const found = await everyPage("GetParametersByPath", async (NextToken) => {
      await readTurn(until);
      const page = await client.send(
        new GetParametersByPathCommand({ Path: path, MaxResults: A_CALL, NextToken }),
      );
      return { items: (page.Parameters ?? []).flatMap(read), next: page.NextToken };
    });
    const open = found.filter(({ demand }) => isOpen(demand, clock.now())).length;
    counted = { open, kept: found.length, until: clock.now() + COUNT_CACHE_MS };
    return found;
  };

  return {
    all,
    async of(interfaceIds) {
      const found: StoredDemand[] = [];
      for (let start = 0; start < interfaceIds.length; start += A_CALL) {
        await readTurn();
        const Names = interfaceIds.slice(start, start + A_CALL).map(nameOf);
        const page = await client.send(new GetParametersCommand({ Names }));
        found.push(...(page.Parameters ?? []).flatMap(read));
      }
      return found;
    },
    async count() {
      if (counted === undefined || clock.now() >= counted.until) await all();
      return counted ?? { open: 0, kept: 0 };
    },
    async put(demand, seen) {
      const written = { Name: nameOf(demand.interfaceId), Type: "String" as const, Value: write(demand) };
      if (seen) {
        const { Version } = await client.send(new PutParameterCommand({ ...written, Overwrite: true }));
        const claimants = identified(demand.claims.map(({ by }) => by));
        const [reader] = claimants;
        // One who has a claim takes the place of nobody in particular, and of one who was refused.
        if (reader !== undefined && !claimants.includes(readerOf(seen.demand) ?? "")) {
          await retag(written.Name, reader);
        }
        return await putOver(written.Name, seen.version, Version ?? 0);
      }
      try {
        // Tags can be given to a new parameter alone.
        await client.send(new PutParameterCommand({ ...written, Tags: tagsOf(demand, controller) }));
      } catch (error) {
        if (error instanceof ParameterAlreadyExists) return { written: false, overwritten: [] };
        throw error;
      }
      if (counted) {
        const open = counted.open + (isOpen(demand, clock.now()) ? 1 : 0);
        counted = { ...counted, open, kept: counted.kept + 1 };
      }
      return { written: true, overwritten: [] };
    },
    async remove(interfaceIds) {
      for (let start = 0; start < interfaceIds.length; start += A_CALL) {
        const Names = interfaceIds.slice(start, start + A_CALL).map(nameOf);
        await client.send(new DeleteParametersCommand({ Names }));
      }
    },
  };
}

/**
 * Who may read the answer, by IAM's comparison of the tag with the reader: the first identified requester. A
 * parameter has one such tag, so a second one has to hear from the first, or see the interface's mirror itself.
 */
function readerOf({ claims, refusedRequester = "" }: Demand): string | undefined {
  return identified([...claims.map(({ by }) => by), refusedRequester])[0];
}

/** The user ids of those who have one. */
function identified(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => /^traffic-mirror\/(.+)$/.exec(name)?.[1] ?? []);
}

function tagsOf(demand: Demand, controller: string) {
  return [
    { Key: TAG_CONTROLLER, Value: controller },
    { Key: TAG_REQUESTER, Value: readerOf(demand) ?? "any" },
  ];
}

/** What nobody of us wrote is none of ours, and left alone. */
function read({ Value = "", Version = 0 }: Parameter): StoredDemand[] {
  let json: unknown;
  try {
    json = JSON.parse(Value);
  } catch {
    return [];
  }
  const parsed = stored.safeParse(json);
  if (!parsed.success) return [];
  const { data } = parsed;
  const demand: Demand = {
    interfaceId: data.network_interface_id,
    status: data.status,
    at: data.since,
    claims: data.claims.map(({ by, since, expires_at: until, withdrawn_at: withdrawnAt, note }): Claim => ({
      by,
      since,
      until,
      ...(withdrawnAt !== undefined && { withdrawnAt }),
      ...(note !== undefined && { note }),
    })),
    ...(data.session_id !== null && { sessionId: data.session_id }),
    ...(data.reason !== null && { reason: data.reason }),
    ...(data.turned_down !== undefined && { refusedRequester: data.turned_down }),
  };
  return [{ demand, version: Version }];
}

function write(demand: Demand): string {
  const end = endOf(demand);
  return JSON.stringify({
    version: 1,
    network_interface_id: demand.interfaceId,
    status: demand.status,
    session_id: demand.sessionId ?? null,
    reason: demand.reason ?? null,
    since: iso(demand.at),
    ...(demand.refusedRequester !== undefined && { turned_down: demand.refusedRequester }),
    expires_at: end === 0 ? null : iso(end),
    claims: demand.claims.map(({ by, since, until, withdrawnAt, note }) => ({
      by,
      since: iso(since),
      expires_at: iso(until),
      ...(withdrawnAt !== undefined && { withdrawn_at: iso(withdrawnAt) }),
      ...(note !== undefined && { note }),
    })),
  });
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
