/** What the describes of the four Traffic Mirroring resources share: documented filters, ids, pages. */
import { filters, list } from "../../xml.js";
import { compileFilters, page, pageRequest, tagFilter, type Page } from "../filtering.js";
import type { Tags } from "../store/model.js";
import type { Request } from "./action.js";
import { chosen } from "./action.js";

type Readers<T> = Readonly<Record<string, (item: T) => string | number | undefined>>;

interface Describable {
  readonly id: string;
  readonly seq: number;
  readonly tags: Tags;
}

interface Resource<T> {
  /** The parameter that lists ids. */
  readonly idName: string;
  /** How each documented filter reads its value. */
  readonly readers: Readers<T>;
  readonly all: () => readonly T[];
  readonly get: (id: string) => T;
}

/** No tag filter is documented for any of the four; a switch admits them. */
export function describe<T extends Describable>(
  { params, region }: Request,
  { idName, readers, all, get }: Resource<T>,
): Page<T> {
  const tagged = region.context.switches.get("traffic-mirror-tag-filters") === "accepted";
  const keep = compileFilters<T>(filters(params), (name) => {
    const read = readers[name];
    if (!read) return tagged ? tagFilter(name, (item: T) => item.tags) : undefined;
    return (item) => {
      const value = read(item);
      return value === undefined ? [] : [String(value)];
    };
  });
  return page(chosen(list(params, idName), get, all), keep, pageRequest(params));
}
