/**
 * Reports sessions and filters that somebody else deleted or changed. The report of a session does not depend on what EC2 shows by now: a sweep
 * may have been faster.
 */
import type { FilterFollowUp, TamperingFollowUp } from "../core/events/follow-ups.js";
import { DELIVERIES } from "../core/events/retry.js";
import { filterTampered, tampered, type BusEvent } from "../core/sessions/bus-events.js";
import { APPLY_LASTS_MS, differingFilters } from "../core/sessions/filter-drift.js";
import { concerns } from "../core/sessions/ownership.js";
import type { App } from "../runtime/app.js";
import type { LoadedPolicy } from "../runtime/policy-loader.js";
import type { PendingFollowUp } from "./messages.js";

export interface Reported {
  readonly events: readonly BusEvent[];
  /** When each of it happened, milliseconds since the epoch. */
  readonly times: readonly number[];
}

export interface ReportedFilters {
  readonly events: readonly BusEvent[];
  /** An apply may still explain these. */
  readonly later: readonly PendingFollowUp[];
}

/**
 * Who changed a filter that is not what Terraform declared. An apply changes filters as well, and writes the policy minutes
 * later: so it is asked again until the filter is as declared, when there is nothing to report, or no apply explains it.
 * Filters of the user's own are compared with nothing, so nothing is reported of them. Throws when EC2 could not be read.
 */
export async function reportFilters(
  { settings, ports, telemetry }: App,
  { policy, writtenAt }: LoadedPolicy,
  followUps: readonly PendingFollowUp<FilterFollowUp>[],
): Promise<ReportedFilters> {
  const declared = policy.filters.flatMap(({ filter_ids }) => filter_ids);
  const about = followUps.filter(
    ({ followUp: { filterId } }) => filterId === undefined || declared.includes(filterId),
  );
  if (about.length === 0 || declared.length === 0) return { events: [], later: [] };
  const found = await ports.observer.filters(declared);
  const changed = differingFilters(policy, found);
  /** The filters of which one may be meant; most often the one that is. None: nothing is to be reported. */
  const meant = ({ call, filterId, ruleId }: FilterFollowUp): readonly string[] => {
    const one = filterId ?? found.find(({ rules }) => rules.some(({ id }) => id === ruleId))?.id;
    const isGone = call === "DeleteTrafficMirrorFilter" && !found.some(({ id }) => id === one);
    if (one !== undefined) return isGone || changed.some(({ id }) => id === one) ? [one] : [];
    // A rule that is gone: its filter lacks something.
    return changed.flatMap(({ id, missing }) => (missing.length > 0 ? id : []));
  };
  const outlasting = about.filter(({ followUp }) => meant(followUp).length > 0);
  const now = ports.clock.now();
  const mayBeApply = ({ message, time }: PendingFollowUp) =>
    message.deliveries < DELIVERIES &&
    (writtenAt === undefined || now - Math.max(time, writtenAt) < APPLY_LASTS_MS);
  const due = outlasting.filter((each) => !mayBeApply(each));
  for (const { followUp } of due) {
    telemetry.logger.error("filter tampered with", { ...followUp, filters: meant(followUp) });
  }
  return {
    events: due.map(({ followUp }) => filterTampered(settings.controller, followUp, meant(followUp))),
    later: outlasting.filter(mayBeApply),
  };
}

/** Throws when EC2 could not be read. */
export async function reportTampering(
  { settings, ports, telemetry }: App,
  followUps: readonly { readonly followUp: TamperingFollowUp; readonly time: number }[],
): Promise<Reported> {
  if (followUps.length === 0) return { events: [], times: [] };
  const sessions = await ports.observer.sessionsById(followUps.map(({ followUp }) => followUp.sessionId));
  // A session that is still there says whose it is. One that is gone cannot: it is taken for ours.
  const foreign = new Set(
    sessions.filter((session) => !concerns(session, settings.controller)).map(({ id }) => id),
  );
  const ours = followUps.filter(({ followUp }) => !foreign.has(followUp.sessionId));
  for (const { followUp } of ours) {
    const { sessionId: session, call, who, from, record } = followUp;
    telemetry.logger.error("session tampered with", { session, call, who, from, record });
  }
  return {
    events: ours.map(({ followUp }) => tampered(settings.controller, followUp)),
    times: ours.map(({ time }) => time),
  };
}
