/** What Terraform declares of the filters, and what others do to them. */
import type { DeclaredFilter } from "../../functions/core/sessions/policy.js";
import type { FilterContents } from "../model/shapes.js";
import type { Stage } from "./stage.js";

interface Declared {
  /** Whether the filters take TCP alone. */
  readonly narrow: boolean;
}

interface FilterIds {
  readonly filterId: string;
  readonly otherFilterId: string;
}

/** As Terraform makes every filter by this policy. */
export function contentsOf({ narrow }: Declared): FilterContents {
  const rule = { number: 100, action: "accept" as const, ...(narrow && { protocol: 6 }) };
  return {
    rules: (["ingress", "egress"] as const).map((direction) => ({ direction, ...rule })),
    services: ["amazon-dns"],
  };
}

export function declaration(choice: Declared, filter_ids: string[]): DeclaredFilter {
  const { rules, services } = contentsOf(choice);
  const of = (direction: string) =>
    rules
      .filter((rule) => rule.direction === direction)
      .map(({ number, action, protocol }) => ({
        rule_number: number,
        rule_action: action,
        protocol: protocol ?? null,
        source_cidr_block: "0.0.0.0/0",
        destination_cidr_block: "0.0.0.0/0",
        source_port_range: null,
        destination_port_range: null,
      }));
  return { filter_ids, ingress: of("ingress"), egress: of("egress"), network_services: [...services] };
}

export const filterChanges = ["rule-deleted", "reject-first", "services-off"] as const;
export type FilterChange = (typeof filterChanges)[number];

/** What such a change leaves of it. */
export function changed({ rules, services }: FilterContents, how: FilterChange): FilterContents {
  switch (how) {
    case "rule-deleted":
      return { rules: rules.slice(1), services };
    case "reject-first":
      return { rules: [{ direction: "ingress", number: 1, action: "reject" }, ...rules], services };
    case "services-off":
      return { rules, services: [] };
  }
}

/** Terraform: every filter as declared. */
export async function applyFilters({ world }: Pick<Stage, "world">, setting: FilterIds, choice: Declared) {
  for (const id of [setting.filterId, setting.otherFilterId]) await world.setFilter(id, contentsOf(choice));
}
