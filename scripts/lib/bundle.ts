/** How code becomes a bundle: the same settings for what is deployed and for what benchmarks compare it with. */
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { build, type BuildOptions } from "esbuild";
import { root } from "./run.js";

/** By the file's name in the bundle. */
export type Bundle = Readonly<Record<string, Uint8Array>>;

/**
 * What a folder of functions/ is, by the file that it begins with: a Lambda, for Lambda's runtime; or a program for
 * a capture node, for what Debian 12 packages as nodejs (18.20), on which its tests run.
 */
const targets = { "handler.ts": "node22", "main.ts": "node18" } as const;
export type Entry = keyof typeof targets;

export const functions = join(root, "functions");

export function entryOf(name: string): Entry | undefined {
  return (Object.keys(targets) as Entry[]).find((file) => existsSync(join(functions, name, file)));
}

/** Some of the SDK's dependencies are CommonJS and call require for Node's own modules. */
const banner = 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);';

/** `code` is resolved as if it stood in the repository's root. */
type Source = { readonly name: string; readonly entry: Entry } | { readonly code: string };

export async function bundle(source: Source): Promise<Bundle> {
  const from: BuildOptions =
    "name" in source
      ? { entryPoints: { index: join(functions, source.name, source.entry) } }
      : { stdin: { contents: source.code, resolveDir: root, sourcefile: "index" }, entryNames: "index" };
  const entry = "name" in source ? source.entry : "handler.ts";
  const { outputFiles } = await build({
    ...from,
    bundle: true,
    // In a Lambda, what is imported at its first use becomes a file of its own, which a cold start does not read. A
    // program for a node is one file.
    splitting: entry === "handler.ts",
    minify: true,
    platform: "node",
    target: targets[entry],
    format: "esm",
    outExtension: { ".js": ".mjs" },
    mainFields: ["module", "main"], // ES modules first: only they can be tree-shaken
    banner: { js: banner },
    legalComments: "eof",
    absWorkingDir: root,
    outdir: root,
    write: false,
    logLevel: "warning",
  });
  const files = outputFiles
    .map(({ path, contents }) => [relative(root, path), contents] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (!files.some(([file]) => file === "index.mjs")) throw new Error("esbuild gave no index.mjs");
  return Object.fromEntries(files);
}
