/** One look at what EC2 shows, compared with what the nodes read; and a scheduled run's looks. */
import type { MapObject } from "../aws/endpoint-map/object.js";
import * as z from "zod/mini";
import type { Clock } from "../core/clock.js";
import { emptyMap, nextMap, type Connection, type EndpointMap } from "../core/endpoint-map.js";

export interface EndpointMapPorts {
  readonly connections: () => Promise<readonly Connection[]>;
  readonly object: MapObject;
  readonly now: () => number;
}

export interface EndpointMapResult {
  readonly connected: number;
  /** Not connected any more, and kept for what nodes still hold of them. */
  readonly gone: number;
  readonly written: boolean;
}

const schema = z.object({
  version: z.literal(1),
  endpoints: z.record(z.string(), z.object({ account: z.string(), gone: z.optional(z.string()) })),
});

/** Writes only what differs: each version of the object is kept for a while, and nodes fetch each of them. */
export async function runEndpointMap({
  connections,
  object,
  now,
}: EndpointMapPorts): Promise<EndpointMapResult> {
  const [seen, text] = await Promise.all([connections(), object.read()]);
  const map = nextMap(parse(text), seen, now());
  const next = JSON.stringify(map);
  if (next !== text) await object.write(next);
  const endpoints = Object.values(map.endpoints);
  const gone = endpoints.filter((endpoint) => endpoint.gone !== undefined).length;
  return { connected: endpoints.length - gone, gone, written: next !== text };
}

/**
 * EventBridge has no shorter schedule than a minute (its user guide, "Creating a rule that runs on a schedule"), and a new
 * endpoint is to be known on every node within one: so a scheduled run looks again in the middle of its minute.
 */
export const LOOKS_EVERY_MS = 30_000;

/**
 * A look now and one half a minute after this run began. One that fails does not take the next one away; the run fails
 * with the last.
 */
export async function lookTwice<T>(look: () => Promise<T>, clock: Clock): Promise<T> {
  const second = clock.now() + LOOKS_EVERY_MS;
  await look().catch(() => undefined);
  await clock.sleep(Math.max(0, second - clock.now()));
  return look();
}

/** What somebody else has put there is replaced: EC2 is the record, and only the memory of endpoints gone is lost. */
function parse(text: string | undefined): EndpointMap {
  try {
    const parsed = schema.safeParse(JSON.parse(text ?? ""));
    return parsed.success ? (parsed.data as EndpointMap) : emptyMap;
  } catch {
    return emptyMap;
  }
}
