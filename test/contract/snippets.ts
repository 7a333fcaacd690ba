/** Calls of our modules in documents, which people copy. */
import { dirname, join } from "node:path";
import { parse } from "@cdktf/hcl2json";
import type { Block, Configuration } from "./hcl.js";
import type { TextFile } from "./text.js";

export interface Snippet {
  readonly path: string;
  /** Folder of the module that is called, relative to the repository; "." for its root. */
  readonly folder: string;
  readonly arguments: readonly string[];
}

const meta = new Set(["source", "version", "providers", "count", "for_each", "depends_on"]);

/** `git::https://….git//modules/x?ref=…` or a path from the document. */
const folderOf = (path: string, source: string): string => {
  const [, folder] = /^git::[^?]*?\.git(?:\/\/([^?]*))?\?ref=/.exec(source) ?? [];
  return source.startsWith("git::") ? (folder ?? ".") : join(dirname(path), source);
};

const blocksOf = ({ text }: TextFile): readonly string[] =>
  [...text.matchAll(/^```hcl\n(.*?)^```$/gms)].map(([, block = ""]) => block);

export const snippetsIn = async (files: readonly TextFile[]): Promise<readonly Snippet[]> => {
  const found: Snippet[] = [];
  for (const file of files) {
    for (const block of blocksOf(file).filter((text) => /^module "/m.test(text))) {
      const { module } = (await parse(file.path, block)) as { module: Record<string, readonly Block[]> };
      for (const call of Object.values(module).flat()) {
        const given = Object.keys(call).filter((name) => !meta.has(name));
        found.push({
          path: file.path,
          folder: folderOf(file.path, String(call["source"])),
          arguments: given,
        });
      }
    }
  }
  return found;
};

/** Arguments that the module does not have, and those that it asks for and the call leaves out. */
export const wrongArguments = (
  { path, folder, arguments: given }: Snippet,
  { variables }: Configuration,
): readonly string[] => [
  ...given.filter((name) => !variables.has(name)).map((name) => `${path}: ${folder} has no input ${name}`),
  ...[...variables]
    .filter(([name, block]) => !("default" in block) && !given.includes(name))
    .map(([name]) => `${path}: ${folder} asks for the input ${name}`),
];

/** VNIs that a client's example gives and the hub's example beside it does not register. */
export const unregisteredVnis = (text: string): readonly string[] => {
  const registered = [...text.matchAll(/\bvnis\s*=\s*\{([^}]*)\}/g)].flatMap(
    ([, vnis = ""]) => vnis.match(/\d+/g) ?? [],
  );
  return [...text.matchAll(/\bvni\s*=\s*(\d+)/g)].flatMap(([, vni = ""]) =>
    registered.includes(vni) ? [] : [vni],
  );
};
