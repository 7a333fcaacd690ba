/** What the hub answers a controller: a file of JSON lines below `verdicts/<account>/`, which that account alone reads. */
import * as z from "zod/mini";
import { groupKinds } from "./groups.js";
import type { ClientReport } from "./judge.js";
import type { Gap } from "./nodes.js";
import { arrivalStates } from "./verdict.js";

const seconds = z.int().check(z.gte(0));
const counts = z.object({ arrived: seconds, silent: seconds, never: seconds, unknown: seconds });
const group = z.object({ kind: z.enum(groupKinds), name: z.string(), sessions: seconds });

const header = z.object({
  version: z.literal(1),
  rows: seconds,
  counts,
  groups: z.array(group),
  gap: z.nullable(z.string()),
  refused: seconds,
});

/** Interface, VNI, state, reason, seconds since the last packet, nodes on which it was seen. */
const row = z.tuple([
  z.string(),
  seconds,
  z.enum(arrivalStates),
  z.nullable(z.string()),
  z.nullable(seconds),
  seconds,
]);

export type VerdictHeader = z.infer<typeof header>;
export type VerdictRow = z.infer<typeof row>;

export interface VerdictFile extends VerdictHeader {
  readonly sources: readonly VerdictRow[];
}

export function formatVerdicts(report: ClientReport, gap: Gap | undefined, now: number): string {
  const head: VerdictHeader = {
    version: 1,
    rows: report.sources.length,
    counts: report.counts,
    groups: [...report.groups],
    gap: gap ?? null,
    refused: report.refused,
  };
  const rows = report.sources.map(({ row: source, verdict, seen }): VerdictRow => [
    source.interfaceId,
    source.vni,
    verdict.is,
    verdict.is === "unknown" ? verdict.reason : null,
    verdict.lastAt === undefined ? null : Math.max(0, Math.round((now - verdict.lastAt) / 1000)),
    seen?.nodes ?? 0,
  ]);
  return [head, ...rows].map((line) => `${JSON.stringify(line)}\n`).join("");
}

/** undefined: it is no such file. */
export function parseVerdicts(content: string): VerdictFile | undefined {
  try {
    const [first = "", ...lines] = content.split("\n").filter((line) => line !== "");
    const head = header.parse(JSON.parse(first));
    const sources = lines.map((line) => row.parse(JSON.parse(line)));
    return sources.length === head.rows ? { ...head, sources } : undefined;
  } catch {
    return undefined;
  }
}
