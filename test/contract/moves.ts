import { join } from "node:path";
import type { Block, Configuration } from "./hcl.js";

export interface Move {
  readonly from: string;
  readonly to: string;
}

const address = (value: unknown): string => String(value).replace(/^\$\{(.*)\}$/, "$1");

export const movesOf = (configuration: Configuration): Move[] =>
  [...configuration.files.values()]
    .flatMap(({ moved }) => (moved ?? []) as Block[])
    .map(({ from, to }) => ({ from: address(from), to: address(to) }));

/** Is there such a resource, or such a call of a module? `configurations` has the modules that are called as well. */
const isThere = (place: string, caller: Configuration, configurations: readonly Configuration[]): boolean => {
  const [, call, rest = place] = /^module\.([\w-]+)(?:\[[^\]]*\])?(?:\.(.*))?$/.exec(place) ?? [];
  if (call !== undefined) {
    const source = caller.calls.get(call)?.["source"];
    const called = configurations.find(({ folder }) => folder === join(caller.folder, String(source)));
    return called !== undefined && (rest === place || isThere(rest, called, configurations));
  }
  const [type = "", name = ""] = rest.replace(/\[.*$/, "").split(".");
  return [...caller.files.values()].some(({ resource }) => {
    const ofType = (resource as Readonly<Record<string, Block>> | undefined)?.[type];
    return ofType?.[name] !== undefined;
  });
};

/** Moves to where nothing is, or from where something still is: what was there would be destroyed. */
export const vainMoves = (configuration: Configuration, configurations: readonly Configuration[]): string[] =>
  movesOf(configuration)
    .filter(({ from, to }) => {
      // A resource that only got keys is still there under its name.
      const left = to.startsWith(`${from}[`) || !isThere(from, configuration, configurations);
      return !left || !isThere(to, configuration, configurations);
    })
    .map(({ from, to }) => `${configuration.folder}: ${from} → ${to}`);
