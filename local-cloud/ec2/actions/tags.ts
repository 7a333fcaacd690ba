/** Tags of what this side keeps; ids of moto's go on to moto, in the same call. */
import type { Answer } from "../../types.js";
import {
  ec2Ok,
  filters,
  items,
  list,
  parseXml,
  tagList,
  type Node,
  type Params,
  type Tags,
} from "../../xml.js";
import { Ec2Fault } from "../fault.js";
import { compileFilters, page, pageRequest, tagFilter } from "../filtering.js";
import { text } from "../moto-fixes.js";
import type { Region } from "../region.js";
import { withoutTags } from "../store/checks.js";
import { TrafficMirrorStore } from "../store/index.js";
import { refuseDryRun, type Request } from "./action.js";

interface Owner {
  get(id: string): Readonly<Tags>;
  set(id: string, tags: Readonly<Tags>): void;
}

function ownerOf({ mirror, endpoints, fleet }: Region, id: string): Owner | undefined {
  if (TrafficMirrorStore.typeOf(id))
    return { get: (i) => mirror.tagsOf(i), set: (i, t) => mirror.setTags(i, t) };
  const endpoint = endpoints.endpoints.get(id);
  if (endpoint) {
    return {
      get: () => endpoint.tags,
      set: (_, tags) => endpoints.endpoints.set({ ...endpoints.get(id), tags }),
    };
  }
  const known = fleet.instances.get(id) ?? fleet.interfaces.get(id);
  return known && { get: () => known.tags, set: (i, t) => fleet.setTags(i, t) };
}

function renumbered(params: Params, name: string, values: readonly string[]): Params {
  const out = Object.fromEntries(Object.entries(params).filter(([key]) => !key.startsWith(`${name}.`)));
  values.forEach((value, i) => (out[`${name}.${i + 1}`] = value));
  return out;
}

function removals(params: Params): { key: string; value?: string | undefined }[] {
  return Object.keys(tagList(params, "Tag")).map((key, i) => ({ key, value: params[`Tag.${i + 1}.Value`] }));
}

/** CreateTags and DeleteTags; undefined when every id is moto's. */
export async function changeTags({ call, params, region }: Request): Promise<Answer | undefined> {
  const ids = list(params, "ResourceId");
  const owned = ids.flatMap((id) => {
    const owner = ownerOf(region, id);
    return owner ? { id, owner } : [];
  });
  if (owned.length === 0) return undefined;
  refuseDryRun(params);
  const create = call.action === "CreateTags";
  if (create && Object.keys(tagList(params, "Tag")).length === 0) {
    throw new Ec2Fault("MissingParameter", "The request must contain the parameter Tag");
  }
  const changes = owned.map(({ id, owner }) => {
    const before = owner.get(id);
    const after = create ? { ...before, ...tagList(params, "Tag") } : withoutTags(before, removals(params));
    return { id, owner, after };
  });
  const rest = ids.filter((id) => !owned.some((o) => o.id === id));
  if (rest.length > 0) {
    const answer = await region.cloud.forward({ ...call, params: renumbered(params, "ResourceId", rest) });
    if (answer.status !== 200) return answer;
  }
  for (const { id, owner, after } of changes) owner.set(id, after);
  return ec2Ok(call.action, { return: true });
}

interface TagItem {
  readonly seq: number;
  readonly resourceId: string;
  readonly resourceType: string;
  readonly key: string;
  readonly value: string;
}

function ownTags({ mirror, endpoints, fleet }: Region): Omit<TagItem, "seq">[] {
  const all = [
    ...mirror.tagged(),
    ...endpoints.endpoints.values().map(({ id, tags }) => ({ id, tags, type: "vpc-endpoint" })),
    ...fleet.instances.values().map(({ id, tags }) => ({ id, tags, type: "instance" })),
    ...fleet.interfaces.values().map(({ id, tags }) => ({ id, tags, type: "network-interface" })),
  ];
  return all.flatMap(({ id, type, tags }) =>
    Object.entries(tags).map(([key, value]) => ({ resourceId: id, resourceType: type, key, value })),
  );
}

const isOwnType = (type: string): boolean => type.startsWith("traffic-mirror-");

async function motoTags({ call, params, region }: Request): Promise<Omit<TagItem, "seq">[]> {
  const others = Object.entries(params).filter(([k]) => !/^(Filter\.|MaxResults$|NextToken$)/.test(k));
  const asked = filters(params).filter((f) => f.name === "resource-id");
  const ids = asked.flatMap((f) => f.values);
  if (ids.length > 0 && ids.every((id) => ownerOf(region, id))) return [];
  if (filters(params).some((f) => f.name === "resource-type" && f.values.every(isOwnType))) return [];
  const only: Params = {};
  const foreign = ids.filter((id) => !ownerOf(region, id));
  if (foreign.length > 0) {
    only["Filter.1.Name"] = "resource-id";
    foreign.forEach((id, i) => (only[`Filter.1.Value.${i + 1}`] = id));
  }
  const answer = await region.cloud.forward({ ...call, params: { ...Object.fromEntries(others), ...only } });
  const found: Node[] = items(parseXml(answer.body.toString()), "DescribeTagsResponse", "tagSet");
  return found.map((tag) => ({
    resourceId: text(tag, "resourceId") ?? "",
    resourceType: text(tag, "resourceType") ?? "",
    key: text(tag, "key") ?? "",
    value: text(tag, "value") ?? "",
  }));
}

export async function describeTags(request: Request): Promise<Answer> {
  const { params, region, call } = request;
  refuseDryRun(params);
  const keep = compileFilters<TagItem>(filters(params), (name) => {
    if (name === "key") return (t) => [t.key];
    if (name === "value") return (t) => [t.value];
    if (name === "resource-id") return (t) => [t.resourceId];
    if (name === "resource-type") return (t) => [t.resourceType];
    return name.startsWith("tag:") ? tagFilter(name, (t: TagItem) => ({ [t.key]: t.value })) : undefined;
  });
  const all = [...(await motoTags(request)), ...ownTags(region)].map((tag, seq) => ({ ...tag, seq }));
  const { items: found, nextToken } = page(all, keep, pageRequest(params));
  const tagSet = found.map(({ seq: _seq, ...tag }) => tag);
  return ec2Ok(call.action, { tagSet, nextToken });
}
