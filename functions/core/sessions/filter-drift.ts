/**
 * Whether a mirror filter is still what Terraform declared. A rule that is gone, one that was put before the others, or
 * `amazon-dns` taken away silences sources while their sessions stand. Terraform changes filters as well, and writes
 * the policy that declares them minutes later in the same apply: so only what outlasts both is somebody else's doing.
 */
import type { FilterRule, MirrorFilter } from "../model.js";
import { canonicalCidr } from "./cidr.js";
import type { DeclaredFilter, Policy } from "./policy.js";

/** Filter → when a sweep first saw it differ, in milliseconds since the epoch. */
export type DifferingFilters = Readonly<Record<string, number>>;

/** How a filter differs, for people. */
export interface ChangedFilter {
  readonly id: string;
  readonly missing: readonly string[];
  readonly added: readonly string[];
}

export interface FilterDrift {
  /** Those that differ for so long that no apply under way explains it. */
  readonly changed: readonly ChangedFilter[];
  readonly differing: DifferingFilters;
}

/**
 * A difference counts when it has lasted so long under the newest policy. An apply writes the policy last, after the
 * endpoints, for which AWS takes minutes.
 */
export const APPLY_LASTS_MS = 15 * 60_000;
/**
 * As many fit into the record beside the rest (4,096 bytes), which could not be written at all with more. The first stay,
 * and those that the record has no room for are judged by the last of them.
 */
const MOST_FILTERS = 80;

interface Sight {
  readonly policy: Pick<Policy, "filters">;
  /** undefined: they were not read. */
  readonly found: readonly MirrorFilter[] | undefined;
  /** What an earlier sweep saw; null where that record could not be had, so that nothing is held against anybody. */
  readonly before: DifferingFilters | null;
  /** When the policy was written; undefined where it is not known, or not the newest one is in force. */
  readonly writtenAt: number | undefined;
  readonly now: number;
}

/** A filter that was not read has not changed: what was known of it stays, and is not held against anybody. */
export function filterDrift({ policy, found, before, writtenAt, now }: Sight): FilterDrift {
  const differing: Record<string, number> = {};
  const times = Object.values(before ?? {});
  const ofTheRest = times.length >= MOST_FILTERS ? Math.max(...times) : undefined;
  const changed: ChangedFilter[] = [];
  for (const { id, declared, filter } of declaredFilters(policy, found ?? [])) {
    const known = before?.[id];
    if (filter === undefined || writtenAt === undefined) {
      if (known !== undefined) differing[id] = known;
      continue;
    }
    // What was seen before the newest policy says nothing of it: the apply that wrote it may have put the filter right.
    const first = known ?? ofTheRest;
    const since = first !== undefined && first >= writtenAt ? first : undefined;
    const difference = differenceOf(declared, filter);
    if (difference === undefined) continue;
    differing[id] = since ?? now;
    if (since !== undefined && now - since >= APPLY_LASTS_MS) changed.push(difference);
  }
  const kept = Object.entries(differing).sort(([, one], [, other]) => one - other);
  return { changed, differing: Object.fromEntries(kept.slice(0, MOST_FILTERS)) };
}

/** Filters that differ from what the policy declares at this moment; without those that were not read. */
export function differingFilters(
  policy: Pick<Policy, "filters">,
  found: readonly MirrorFilter[],
): readonly ChangedFilter[] {
  return declaredFilters(policy, found).flatMap(({ declared, filter }) =>
    filter === undefined ? [] : (differenceOf(declared, filter) ?? []),
  );
}

function declaredFilters({ filters }: Pick<Policy, "filters">, found: readonly MirrorFilter[]) {
  const byId = new Map(found.map((filter) => [filter.id, filter]));
  return filters.flatMap((declared) =>
    declared.filter_ids.map((id) => ({ id, declared, filter: byId.get(id) })),
  );
}

function differenceOf(declared: DeclaredFilter, filter: MirrorFilter): ChangedFilter | undefined {
  const [wanted, there] = [contentsOf(asFilter(declared)), contentsOf(filter)];
  const without = (all: Contents, known: Contents) =>
    [...all].flatMap(([key, text]) => (known.has(key) ? [] : text));
  const [missing, added] = [without(wanted, there), without(there, wanted)];
  return missing.length + added.length === 0 ? undefined : { id: filter.id, missing, added };
}

/** One spelling → as it is written. */
type Contents = ReadonlyMap<string, string>;

/** All that decides about a packet. A rule's description does not. */
function contentsOf({ rules, networkServices }: Pick<MirrorFilter, "rules" | "networkServices">): Contents {
  return new Map([
    ...rules.map((rule): [string, string] => [lineOf(rule, canonicalCidr), lineOf(rule, (cidr) => cidr)]),
    ...networkServices.map((service): [string, string] => [service, service]),
  ]);
}

function lineOf(rule: FilterRule, spell: (cidr: string) => string): string {
  const { direction, number, action, protocol } = rule;
  const what = protocol === undefined ? "all protocols" : `protocol ${String(protocol)}`;
  const end = (cidr: string, ports: FilterRule["sourcePorts"]) => {
    const all = ports === undefined || (ports.from === 0 && ports.to === 65_535);
    return spell(cidr) + (all ? "" : ` ports ${String(ports.from)}-${String(ports.to)}`);
  };
  const [from, to] = [
    end(rule.sourceCidr, rule.sourcePorts),
    end(rule.destinationCidr, rule.destinationPorts),
  ];
  return `${direction} ${String(number)}: ${action} ${what} from ${from} to ${to}`;
}

/** As EC2 would show it. */
function asFilter(declared: DeclaredFilter): Pick<MirrorFilter, "rules" | "networkServices"> {
  const rules = (["ingress", "egress"] as const).flatMap((direction) =>
    declared[direction].map((rule): FilterRule => {
      const { source_port_range: from, destination_port_range: to } = rule;
      return {
        direction,
        number: rule.rule_number,
        action: rule.rule_action,
        ...(rule.protocol !== null && { protocol: rule.protocol }),
        sourceCidr: rule.source_cidr_block,
        destinationCidr: rule.destination_cidr_block,
        ...(from && { sourcePorts: { from: from.from_port, to: from.to_port } }),
        ...(to && { destinationPorts: { from: to.from_port, to: to.to_port } }),
      };
    }),
  );
  return { rules, networkServices: declared.network_services };
}
