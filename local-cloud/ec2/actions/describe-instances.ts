import { lagOf } from "../../interference/lag.js";
import { filters, list, type Filter } from "../../xml.js";
import { instanceFilters, interfaceFilters } from "../describe-filters.js";
import { Ec2Fault, invalidParameter } from "../fault.js";
import { compileFilters, page, pageRequest, refuseIdsWithPages } from "../filtering.js";
import { instanceEntry, interfaceEntry, type Entry, type InstanceEntry } from "../fleet/render.js";
import type { FleetInstance, FleetInterface } from "../fleet/model.js";
import type { Region } from "../region.js";
import { refuseDryRun, type Actions, type Request } from "./action.js";

const NO_ENTRIES: readonly never[] = [];

/** Ids that the request is limited to, by parameter or by filter; undefined when there is no such limit. */
function limitedTo(ids: readonly string[], wanted: readonly Filter[], names: readonly string[]) {
  if (ids.length > 0) return ids;
  return wanted.find((f) => names.includes(f.name) && f.values.every((v) => !/[*?\\]/.test(v)))?.values;
}

/** In order of their sequence; moto's come with numbers of the same sequence. */
function merged<T extends Entry>(moto: readonly T[], own: readonly T[]): readonly T[] {
  if (moto.length === 0) return own;
  if (own.length === 0 && isSorted(moto)) return moto;
  return [...moto, ...own].sort((a, b) => a.seq - b.seq);
}

const isSorted = (entries: readonly Entry[]): boolean =>
  entries.every((entry, i) => i === 0 || (entries[i - 1]?.seq ?? 0) <= entry.seq);

function picked<T extends Entry>(
  entries: readonly T[],
  ids: readonly string[],
  kind: "i" | "eni",
): readonly T[] {
  const [field, noun] =
    kind === "i" ? ["InvalidInstanceID", "instance"] : ["InvalidNetworkInterfaceID", "networkInterface"];
  const malformed = ids.find((id) => !new RegExp(`^${kind}-[0-9a-f]+$`).test(id));
  if (malformed !== undefined) throw new Ec2Fault(`${field}.Malformed`, `Invalid id: "${malformed}"`);
  const wanted = new Set(ids);
  const found = entries.filter((e) => wanted.has(e.id));
  const known = new Set(found.map((e) => e.id));
  const missing = ids.filter((id) => !known.has(id));
  if (missing.length === 1) {
    throw new Ec2Fault(`${field}.NotFound`, `The ${noun} ID '${missing[0] ?? ""}' does not exist`);
  }
  if (missing.length > 1) {
    throw new Ec2Fault(`${field}.NotFound`, `The ${noun} IDs '${missing.join(", ")}' do not exist`);
  }
  return found;
}

/** A list's entries are made once for each version of the list, not once for each page. */
function perList<T extends object, E>(make: (item: T, region: Region, time: number) => E) {
  const known = new WeakMap<readonly T[], readonly E[]>();
  return (list: readonly T[], region: Region, time: number): readonly E[] => {
    const entries = known.get(list) ?? list.map((item) => make(item, region, time));
    known.set(list, entries);
    return entries;
  };
}

const instancesIn = perList((each: FleetInstance, { fleet, account }, time) =>
  instanceEntry(fleet, each, account, time),
);
const interfacesIn = perList((each: FleetInterface, { account }) => interfaceEntry(each, account));

async function instanceEntries({ call, region }: Request, only: readonly string[] | undefined) {
  const lag = lagOf(region.cloud, "instances", call);
  const time = region.context.now() - lag;
  const { fleet, moto } = region;
  const inFleet = only?.every((id) => fleet.instances.getAsOf(id, time) ?? fleet.interfaces.get(id)) ?? false;
  const foreign = inFleet ? NO_ENTRIES : (await moto.ago(lag)).instances;
  return merged<InstanceEntry>(foreign, instancesIn(fleet.instances.asOf(time), region, time));
}

async function interfaceEntries({ call, region }: Request, only: readonly string[] | undefined) {
  const lag = lagOf(region.cloud, "interfaces", call);
  const time = region.context.now() - lag;
  const { fleet, moto } = region;
  const inFleet = only?.every((id) => fleet.interfaces.getAsOf(id, time) ?? fleet.instances.get(id)) ?? false;
  const foreign = inFleet ? NO_ENTRIES : (await moto.ago(lag)).interfaces;
  return merged<Entry>(foreign, interfacesIn(fleet.interfaces.asOf(time), region, time));
}

/** Consecutive instances of one reservation stand together, as EC2 shows them. */
function reservations(entries: readonly InstanceEntry[], owner: string) {
  const groups: { reservationId: string; ownerId: string; groupSet: never[]; instancesSet: unknown[] }[] = [];
  for (const { reservationId, xml } of entries) {
    const last = groups[groups.length - 1];
    if (last?.reservationId === reservationId) last.instancesSet.push(xml);
    else groups.push({ reservationId, ownerId: owner, groupSet: [], instancesSet: [xml] });
  }
  return groups;
}

export const describeActions: Actions = {
  async DescribeInstances(asked) {
    const { params, region } = asked;
    refuseDryRun(params);
    const ids = list(params, "InstanceId");
    refuseIdsWithPages(params, ids, "instancesSet");
    const wanted = filters(params);
    const keep = compileFilters(wanted, instanceFilters(region.account));
    const request = pageRequest(params);
    const names = ["instance-id", "network-interface.network-interface-id"];
    const entries = await instanceEntries(asked, limitedTo(ids, wanted, names));
    const { items, nextToken } = page(ids.length > 0 ? picked(entries, ids, "i") : entries, keep, request);
    return { reservationSet: reservations(items, region.account), nextToken };
  },

  async DescribeNetworkInterfaces(asked) {
    const { params } = asked;
    refuseDryRun(params);
    const ids = list(params, "NetworkInterfaceId");
    refuseIdsWithPages(params, ids, "networkInterfaceIdSet");
    const wanted = filters(params);
    if (ids.length > 1000) throw invalidParameter("At most 1000 ids");
    const keep = compileFilters(wanted, interfaceFilters);
    const request = pageRequest(params);
    const names = ["network-interface-id", "attachment.instance-id"];
    const entries = await interfaceEntries(asked, limitedTo(ids, wanted, names));
    const { items, nextToken } = page(ids.length > 0 ? picked(entries, ids, "eni") : entries, keep, request);
    return { networkInterfaceSet: items.map((e) => e.xml), nextToken };
  },
};
