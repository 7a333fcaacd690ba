/**
 * The metrics published to CloudWatch each interval. Every metric has the dimension `fleet`, so a fleet costs the same however
 * many nodes it has; the few that alarms look at per zone have `fleet` and `zone` besides. What a single node
 * counted is in its log (systemd journal).
 */
import { dropRatio, type Totals } from "./packet-counts.js";

export type Unit = "Count" | "Bytes" | "Percent" | "Seconds" | "None";

export interface Datum {
  readonly name: string;
  readonly value: number;
  readonly unit: Unit;
  readonly at: number;
  readonly dimensions: Readonly<Record<string, string>>;
}

const perZone = new Set([
  "NodeHealthy",
  "ToolDropRatio",
  "PacketsMirrored",
  "SpoolUsedPercent",
  "UploadBehindSeconds",
]);

export interface Gauges {
  readonly NodeHealthy: number;
  readonly Readers: number;
  readonly SpoolUsedPercent: number;
  readonly SpoolFiles: number;
  readonly SpoolBytes: number;
  readonly OpenFiles: number;
  readonly OpenBytes: number;
  readonly UploadBehindSeconds: number;
  readonly ArrivalSources?: number;
}

/** Counted since the last publication, zeros included: an alarm must distinguish "none" from "no data". */
export const eventNames = [
  "SpoolDroppedFiles",
  "SpoolDroppedBytes",
  "SpoolDroppedPackets",
  "SpoolDroppedUncounted",
  "UploadedFiles",
  "UploadedBytes",
  "UploadedPackets",
  "UploadFailures",
  "LeftBehindFiles",
  "LeftBehindBytes",
  "LeftBehindPackets",
  "LeftBehindUncounted",
  "PacketsUnaccounted",
  "LaunchAbandoned",
  "MetricsFailed",
  "PacketsUnknownEndpoint",
  "PacketsForeignVni",
  "IdentitiesWithoutTag",
  "TagMapFailures",
  "UnsplitFiles",
  "UnlabelledFiles",
  "RegisterUnread",
  "ArrivalSourcesEvicted",
  "ArrivalPacketsUncounted",
  "ArrivalFragments",
  "ArrivalCountFailures",
  "ArrivalHandInFailures",
] as const;
/** Of the data path that tells clients apart; another has nothing to say of them. */
const ofIdentity = new Set<string>([
  "PacketsUnknownEndpoint",
  "PacketsForeignVni",
  "IdentitiesWithoutTag",
  "TagMapFailures",
  "UnsplitFiles",
  "UnlabelledFiles",
  "RegisterUnread",
]);
export type EventName = (typeof eventNames)[number];
export type Events = Readonly<Record<EventName, number>>;

/** What is published of a node with this data path, that counts what arrives or does not. */
export const eventsOf = (datapath: "kernel" | "bpf", counts: boolean, events: Events): Partial<Events> =>
  Object.fromEntries(
    Object.entries(events).filter(
      ([name]) => (datapath === "bpf" || !ofIdentity.has(name)) && (counts || !name.startsWith("Arrival")),
    ),
  );

export const noEvents: Events = Object.fromEntries(eventNames.map((name) => [name, 0])) as Record<
  EventName,
  number
>;

function unitOf(name: string): Unit {
  if (name.endsWith("Bytes") || name.startsWith("Bytes")) return "Bytes";
  if (name.endsWith("Percent")) return "Percent";
  if (name.endsWith("Seconds")) return "Seconds";
  return name.endsWith("Ratio") ? "None" : "Count";
}

export function toData(
  values: { readonly totals: Totals; readonly gauges: Gauges; readonly events: Partial<Events> },
  where: { readonly fleet: string; readonly zone: string },
  at: number,
): readonly Datum[] {
  const ratio = dropRatio(values.totals);
  const all: Readonly<Record<string, number>> = {
    ...values.totals,
    ...values.gauges,
    ...values.events,
    ...(ratio !== undefined && { ToolDropRatio: ratio }),
  };
  return Object.entries(all).flatMap(([name, value]) => {
    const datum = { name, value, unit: unitOf(name), at };
    const fleet = { ...datum, dimensions: { fleet: where.fleet } };
    const zone = { ...datum, dimensions: { fleet: where.fleet, zone: where.zone } };
    return perZone.has(name) ? [fleet, zone] : [fleet];
  });
}
