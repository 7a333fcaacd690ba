/**
 * Whether a mirror filter lets anything through. A session whose filter accepts nothing is there, is billed, and mirrors
 * no packet (Traffic Mirroring guide, "Traffic mirror filters": the rules of a direction are tried in the order of their
 * numbers, the first that matches decides, and what none matches is not mirrored).
 */
import type { FilterRule, MirrorFilter, Session } from "../model.js";
import { cidrsOverlap } from "./cidr.js";
import type { SourcePlan } from "./decisions.js";
import type { Policy } from "./policy.js";

/** `dnsIsEnough`: a filter that mirrors Amazon's DNS and nothing else may be meant so. */
export function acceptsNothing({ rules, networkServices }: MirrorFilter, dnsIsEnough: boolean): boolean {
  if (dnsIsEnough && networkServices.includes("amazon-dns")) return false;
  return !rules.some((rule) => isEffective(rule, rules));
}

/** Whether it accepts anything that no single rule before it rejects: several together are not weighed. */
function isEffective(rule: FilterRule, rules: readonly FilterRule[]): boolean {
  if (rule.action !== "accept") return false;
  return !rules.some(
    (other) =>
      other.action === "reject" &&
      other.direction === rule.direction &&
      other.number < rule.number &&
      covers(other, rule),
  );
}

/** Whether whatever matches `inner` matches `outer` too; in doubt not. */
function covers(outer: FilterRule, inner: FilterRule): boolean {
  return (
    (outer.protocol === undefined || outer.protocol === inner.protocol) &&
    coversCidr(outer.sourceCidr, inner.sourceCidr) &&
    coversCidr(outer.destinationCidr, inner.destinationCidr) &&
    coversPorts(outer.sourcePorts, inner.sourcePorts) &&
    coversPorts(outer.destinationPorts, inner.destinationPorts)
  );
}

function coversCidr(outer: string, inner: string): boolean {
  if (outer === inner) return true;
  return outer === (inner.includes(":") ? "::/0" : "0.0.0.0/0");
}

function coversPorts(outer: FilterRule["sourcePorts"], inner: FilterRule["sourcePorts"]): boolean {
  if (outer === undefined) return true;
  return inner !== undefined && outer.from <= inner.from && inner.to <= outer.to;
}

export interface SilentFilters {
  /**
   * Ids of the filters that accepted nothing in the sweep before as well; call it once a sweep. Of a VPC's filter rules
   * are asked for, as mirror-endpoint writes them; one that a rule of `sources` names may be for Amazon's DNS alone.
   */
  seen(filters: readonly MirrorFilter[], policy: Policy): ReadonlySet<string>;
}

/** In this process alone: a new one takes a sweep more. Once is not enough, since an apply may be changing the rules. */
export function silentFilters(): SilentFilters {
  let before: ReadonlySet<string> = new Set();
  return {
    seen(filters, policy) {
      const ofVpcs = new Set(policy.vpcs.map(({ filter_id }) => filter_id));
      const mute = filters.filter((filter) => acceptsNothing(filter, !ofVpcs.has(filter.id)));
      const silent = new Set(mute.map(({ id }) => id));
      const lasting = new Set([...silent].filter((id) => before.has(id)));
      before = silent;
      return lasting;
    },
  };
}

/**
 * Whether one may take a packet that the other wants. In doubt it may: what a rule before it rejects counts only where
 * it rejects all of it, and a filter that was not read takes anything.
 */
export function mayOverlap(one: MirrorFilter | undefined, other: MirrorFilter | undefined): boolean {
  if (one === undefined || other === undefined) return true;
  if (one.networkServices.some((service) => other.networkServices.includes(service))) return true;
  const [mine, theirs] = [one, other].map(({ rules }) => rules.filter((rule) => isEffective(rule, rules)));
  return mine?.some((rule) => theirs?.some((each) => rulesOverlap(rule, each))) ?? true;
}

function rulesOverlap(a: FilterRule, b: FilterRule): boolean {
  return (
    a.direction === b.direction &&
    (a.protocol === undefined || b.protocol === undefined || a.protocol === b.protocol) &&
    cidrsOverlap(a.sourceCidr, b.sourceCidr) &&
    cidrsOverlap(a.destinationCidr, b.destinationCidr) &&
    portsOverlap(a.sourcePorts, b.sourcePorts) &&
    portsOverlap(a.destinationPorts, b.destinationPorts)
  );
}

function portsOverlap(a: FilterRule["sourcePorts"], b: FilterRule["sourcePorts"]): boolean {
  return a === undefined || b === undefined || (a.from <= b.to && b.from <= a.to);
}

/** Of the session that stands on this interface when its plan is done; undefined when none is to. */
export function standing({
  decisions,
  kept,
}: SourcePlan): Pick<Session, "filterId" | "number" | "targetId"> | undefined {
  for (const decision of decisions) {
    if (decision.kind === "create") return decision.desired;
    if (decision.kind === "modify" && kept !== undefined) {
      const { filterId = kept.filterId, number = kept.number, targetId = kept.targetId } = decision.changes;
      return { filterId, number, targetId };
    }
  }
  return kept;
}
