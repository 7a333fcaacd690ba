/**
 * Which account owns the endpoint that a packet came through: what no client can choose, as it can a VNI. EC2 tells the
 * owner of the endpoint service (Amazon EC2 API, VpcEndpointConnection). Written down for the capture nodes.
 */

export interface Connection {
  readonly endpointId: string;
  readonly account: string;
}

export interface MappedEndpoint {
  readonly account: string;
  /** ISO 8601: since when EC2 does not show it any more. */
  readonly gone?: string;
}

export interface EndpointMap {
  readonly version: 1;
  /** By the endpoint's id. */
  readonly endpoints: Readonly<Record<string, MappedEndpoint>>;
}

export const emptyMap: EndpointMap = { version: 1, endpoints: {} };

/**
 * Packets of an endpoint that is gone may wait on a node's disk for hours, and be looked at again after days. Its id
 * comes to nobody else.
 */
const KEPT_MS = 7 * 24 * 3600 * 1000;

/** What is connected now, and for a while what was. */
export function nextMap(before: EndpointMap, connections: readonly Connection[], now: number): EndpointMap {
  const connected = new Map(connections.map(({ endpointId, account }) => [endpointId, { account }]));
  const gone = Object.entries(before.endpoints).flatMap(([id, endpoint]): [string, MappedEndpoint][] => {
    const since = endpoint.gone ?? new Date(now).toISOString();
    return connected.has(id) || now - Date.parse(since) > KEPT_MS
      ? []
      : [[id, { account: endpoint.account, gone: since }]];
  });
  // Sorted, so that the same connections are the same text.
  const all = [...connected, ...gone].sort(([a], [b]) => (a < b ? -1 : 1));
  return { version: 1, endpoints: Object.fromEntries(all) };
}
