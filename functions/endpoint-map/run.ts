/** One run: what EC2 shows, compared with what the nodes read. */
import type { MapObject } from "../aws/endpoint-map/object.js";
import * as z from "zod/mini";
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

/** What somebody else has put there is replaced: EC2 is the record, and only the memory of endpoints gone is lost. */
function parse(text: string | undefined): EndpointMap {
  try {
    const parsed = schema.safeParse(JSON.parse(text ?? ""));
    return parsed.success ? (parsed.data as EndpointMap) : emptyMap;
  } catch {
    return emptyMap;
  }
}
