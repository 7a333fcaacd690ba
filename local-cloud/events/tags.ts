import type { Patch } from "../patches/types.js";
import { Scoped } from "../scoped.js";
import type { Answer } from "../types.js";
import { items, list, parseXml, texts, type Params } from "../xml.js";
import type { Courier, Where } from "./courier.js";

type Tags = ReadonlyMap<string, string>;

const typeOf = (id: string): string => (id.startsWith("i-") ? "instance" : "subnet");

/** `Filter.N.Value` takes at most so many. */
const PAGE = 200;

/**
 * "Tag Change on Resource" of instances and subnets, for tags that a call really changed; those that an instance is launched
 * with make no event here. `describe`: DescribeTags as anybody would be answered, instances in memory included.
 */
export const tagEvents = (
  courier: Courier,
  describe: (where: Where, params: Params) => Promise<Answer>,
): Patch & { reset(): void } => {
  const versions = new Scoped(() => new Map<string, number>());

  const read = async (where: Where, ids: readonly string[]): Promise<ReadonlyMap<string, Tags>> => {
    const found = new Map(ids.map((id) => [id, new Map<string, string>()]));
    for (let from = 0; from < ids.length; from += PAGE) {
      const params: Params = {
        Action: "DescribeTags",
        Version: "2016-11-15",
        "Filter.1.Name": "resource-id",
      };
      ids.slice(from, from + PAGE).forEach((id, i) => (params[`Filter.1.Value.${i + 1}`] = id));
      const answer = await describe(where, params);
      for (const tag of items(parseXml(answer.body.toString()), "DescribeTagsResponse", "tagSet")) {
        const [id = ""] = texts(tag, ["resourceId"]);
        found.get(id)?.set(texts(tag, ["key"])[0] ?? "", texts(tag, ["value"])[0] ?? "");
      }
    }
    return found;
  };

  const publish = (where: Where, id: string, before: Tags, after: Tags): void => {
    const keys = new Set([...before.keys(), ...after.keys()]);
    const changed = [...keys].filter((key) => before.get(key) !== after.get(key));
    if (changed.length === 0) return;
    const known = versions.of(where);
    const version = (known.get(id) ?? 0) + 1;
    known.set(id, version);
    courier.put(where, {
      source: "aws.tag",
      detailType: "Tag Change on Resource",
      resources: [`arn:aws:ec2:${where.region}:${where.account}:${typeOf(id)}/${id}`],
      detail: {
        "changed-tag-keys": changed,
        service: "ec2",
        "resource-type": typeOf(id),
        version,
        tags: Object.fromEntries(after),
      },
    });
  };

  return {
    name: "tag-events",
    why: "moto puts no event on the bus when the tags of an instance or a subnet change",
    match: (call) => call.service === "ec2" && /^(Create|Delete)Tags$/.test(call.action),
    async run(call, next) {
      const ids = list(call.params, "ResourceId").filter((id) => /^(i|subnet)-/.test(id));
      if (ids.length === 0 || !courier.settings.enabled) return next();
      const before = await read(call, ids);
      const answer = await next();
      if (answer.status >= 300) return answer;
      const after = await read(call, ids);
      for (const id of ids) publish(call, id, before.get(id) ?? new Map(), after.get(id) ?? new Map());
      return answer;
    },
    reset: () => versions.reset(),
  };
};
