/**
 * The two files of JSON lines that the hub reads: what a node has counted, and what a controller mirrors. Both are written
 * by others, so nothing in them is believed but their rows, and no more of these than the limits say.
 */
import * as z from "zod/mini";
import { limits } from "./limits.js";

const range = (low: number, high: number) => z.int().check(z.gte(low), z.lte(high));
const text = (pattern: RegExp) => z.string().check(z.regex(pattern));
const count = range(0, Number.MAX_SAFE_INTEGER);
/** IPv4, or IPv6 as the kernel writes it. Only compared. */
const address = text(/^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]{2,39}(?:\d{1,3}(?:\.\d{1,3}){3})?)$/);
const vni = range(0, 16_777_215);

const nodeHeader = z.object({
  version: z.literal(1),
  node: text(/^i-[0-9a-f]{8,17}$/),
  boot: text(/^[0-9a-f-]{8,36}$/),
  interval: range(10, 600),
  rows: range(0, limits.nodeRows),
  overflow: z.boolean(),
});
/** Endpoint, VNI, address, packets and bytes since the map was made, seconds since the last packet. */
const nodeRow = z.tuple([text(/^(?:vpce-0)?[0-9a-f]{16}$/), vni, address, count, count, count]);

const sourcesHeader = z.object({
  version: z.literal(1),
  controller: z.string().check(z.minLength(1), z.maxLength(128)),
  rows: range(0, limits.accountRows),
});
/** Interface, address, VNI, rule, seconds since which the controller knows the session, endpoint, zone, VPC. */
const sourceRow = z.tuple([
  text(/^eni-[0-9a-f]{8,17}$/),
  z.nullable(address),
  vni,
  z.string().check(z.maxLength(256)),
  count,
  z.nullable(text(/^vpce-[0-9a-f]{8,17}$/)),
  z.string().check(z.maxLength(64)),
  z.string().check(z.maxLength(64)),
]);

export interface Counted {
  readonly endpoint: string;
  readonly vni: number;
  readonly address: string;
  readonly packets: number;
  readonly bytes: number;
  readonly ageMs: number;
}

export interface NodeSnapshot {
  readonly node: string;
  readonly boot: string;
  readonly intervalMs: number;
  /** Its map was full: what is not in it may have been. */
  readonly overflow: boolean;
  readonly rows: readonly Counted[];
  /** Lines that are no rows, or are missing: what is not in it may have been. */
  readonly bad: number;
}

/** One session that stands. */
export interface Listed {
  readonly interfaceId: string;
  readonly address: string | null;
  readonly vni: number;
  readonly rule: string;
  readonly sinceMs: number;
  /** null: the controller does not know it, as that of a target which another account shares. */
  readonly endpoint: string | null;
  readonly zone: string;
  readonly vpcId: string;
}

export interface SourcesList {
  readonly controller: string;
  readonly rows: readonly Listed[];
  readonly bad: number;
}

/** undefined: it is no such file. */
export function parseNodeSnapshot(content: string): NodeSnapshot | undefined {
  const file = parseLines(content, nodeHeader, nodeRow, limits.nodeRows);
  if (file === undefined) return undefined;
  const { node, boot, interval, overflow } = file.header;
  return {
    node,
    boot,
    intervalMs: interval * 1000,
    overflow,
    bad: file.bad,
    rows: file.rows.map(([id, label, from, packets, bytes, age]) => ({
      // The option of a packet has 64 bits, an id seventeen digits, of which the first is 0.
      endpoint: id.length === 16 ? `vpce-0${id}` : id,
      vni: label,
      address: from,
      packets,
      bytes,
      ageMs: age * 1000,
    })),
  };
}

/** undefined: it is no such file. `room`: rows that the account may still have. */
export function parseSources(content: string, room: number = limits.accountRows): SourcesList | undefined {
  const file = parseLines(content, sourcesHeader, sourceRow, room);
  if (file === undefined) return undefined;
  return {
    controller: file.header.controller,
    bad: file.bad,
    rows: file.rows.map(([interfaceId, from, label, rule, since, endpoint, zone, vpcId]) => ({
      interfaceId,
      address: from,
      vni: label,
      rule,
      sinceMs: since * 1000,
      endpoint,
      zone,
      vpcId,
    })),
  };
}

interface Lines<H, R> {
  readonly header: H;
  readonly rows: readonly R[];
  readonly bad: number;
}

function parseLines<H extends { readonly rows: number }, R>(
  content: string,
  headerSchema: z.ZodMiniType<H>,
  rowSchema: z.ZodMiniType<R>,
  most: number,
): Lines<H, R> | undefined {
  const [first = "", ...lines] = content.split("\n");
  const header = headerSchema.safeParse(jsonOf(first));
  if (!header.success) return undefined;
  const rows: R[] = [];
  let found = 0;
  for (const line of lines) {
    if (line === "") continue;
    found += 1;
    if (rows.length >= most) continue;
    const row = rowSchema.safeParse(jsonOf(line));
    if (row.success) rows.push(row.data);
  }
  return { header: header.data, rows, bad: Math.max(found, header.data.rows) - rows.length };
}

function jsonOf(line: string): unknown {
  if (line.length > limits.lineLength) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** What a controller is to write (none does yet); `parseSources` reads it. */
export function formatSources(controller: string, at: string, rows: readonly Listed[]): string {
  const header = { version: 1, controller, rows: rows.length, at };
  const lines = rows.map(
    ({ interfaceId, address: from, vni: label, rule, sinceMs, endpoint, zone, vpcId }) => [
      interfaceId,
      from,
      label,
      rule,
      Math.max(0, Math.floor(sinceMs / 1000)),
      endpoint,
      zone,
      vpcId,
    ],
  );
  return [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join("");
}
