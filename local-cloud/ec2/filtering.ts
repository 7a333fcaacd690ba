/** Filters and pages as EC2's describes have them ("List and filter using the CLI and API" in the EC2 user guide). */
import type { Filter, Params } from "../xml.js";
import { Ec2Fault, invalidParameter } from "./fault.js";

const MAX_FILTER_VALUES = 200;

/** `*` and `?` are wildcards, a backslash takes their meaning away; letters count as they are written. */
export function matchesPattern(pattern: string, value: string): boolean {
  if (!/[*?\\]/.test(pattern)) return pattern === value;
  let source = "";
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern.charAt(i);
    if (c === "\\" && i + 1 < pattern.length) source += pattern.charAt(++i).replace(/\W/, "\\$&");
    else if (c === "*") source += ".*";
    else if (c === "?") source += ".";
    else source += c.replace(/[\\^$.+()|[\]{}]/, "\\$&");
  }
  return new RegExp(`^${source}$`, "s").test(value);
}

/** What a documented filter compares with, or undefined for a filter name that the action does not have. */
export type FilterTable<T> = (name: string) => ((item: T) => readonly string[]) | undefined;

/** A predicate for all filters together: each must match, any of its values suffices. */
export function compileFilters<T>(filters: readonly Filter[], table: FilterTable<T>): (item: T) => boolean {
  const tests = filters.map(({ name, values }) => {
    const read = table(name);
    if (!read) throw invalidParameter(`The filter '${name}' is invalid`);
    if (values.length === 0) throw invalidParameter(`The filter '${name}' has no values`);
    if (values.length > MAX_FILTER_VALUES) {
      throw new Ec2Fault(
        "FilterLimitExceeded",
        `The maximum number of filter values is ${MAX_FILTER_VALUES}`,
      );
    }
    const exact = new Set(values);
    const patterns = values.filter((v) => /[*?\\]/.test(v));
    return (item: T) =>
      read(item).some((v) => exact.has(v) || patterns.some((pattern) => matchesPattern(pattern, v)));
  });
  return (item) => tests.every((test) => test(item));
}

/** Filters on tags, for the actions that document them. */
export function tagFilter<T>(name: string, tags: (item: T) => Record<string, string>) {
  if (name.startsWith("tag:")) {
    const key = name.slice("tag:".length);
    return (item: T) => {
      const value = tags(item)[key];
      return value === undefined ? [] : [value];
    };
  }
  if (name === "tag-key") return (item: T) => Object.keys(tags(item));
  if (name === "tag-value") return (item: T) => Object.values(tags(item));
  return undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

export interface PageRequest {
  readonly maxResults: number;
  /** The sequence number of the last item of the page before. */
  readonly after: number;
}

/** MaxResults 5–1000 where it is given; without it, everything in one answer. */
export function pageRequest(params: Params): PageRequest {
  const asked = params["MaxResults"];
  const maxResults = asked === undefined ? Number.POSITIVE_INFINITY : Number(asked);
  if (asked !== undefined && (!Number.isInteger(maxResults) || maxResults < 5 || maxResults > 1000)) {
    throw invalidParameter(
      `Value ( ${asked} ) for parameter maxResults is invalid. Expecting a value from 5 to 1000.`,
    );
  }
  const token = params["NextToken"];
  if (token === undefined || token === "") return { maxResults, after: -1 };
  const after = Number(
    Buffer.from(token, "base64url")
      .toString()
      .replace(/^after:/, ""),
  );
  if (!Number.isInteger(after)) throw invalidParameter("The token is invalid");
  return { maxResults, after };
}

/** Cuts one page out of items in order of their sequence. */
export function page<T extends { readonly seq: number }>(
  items: readonly T[],
  keep: (item: T) => boolean,
  { maxResults, after }: PageRequest,
): Page<T> {
  const out: T[] = [];
  for (let i = after < 0 ? 0 : firstAfter(items, after); i < items.length; i++) {
    const item = items[i];
    if (item === undefined || !keep(item)) continue;
    if (out.length === maxResults) {
      const last = out[out.length - 1];
      return { items: out, nextToken: Buffer.from(`after:${last?.seq ?? -1}`).toString("base64url") };
    }
    out.push(item);
  }
  return { items: out, nextToken: undefined };
}

function firstAfter(items: readonly { readonly seq: number }[], after: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((items[middle]?.seq ?? 0) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** DescribeInstances and its like: ids and MaxResults exclude each other. */
export function refuseIdsWithPages(params: Params, ids: readonly string[], set: string): void {
  if (ids.length > 0 && params["MaxResults"] !== undefined) {
    throw new Ec2Fault(
      "InvalidParameterCombination",
      `The parameter ${set} cannot be used with the parameter maxResults`,
    );
  }
}
