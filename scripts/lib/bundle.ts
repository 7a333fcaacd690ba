/** How code becomes a bundle: the same settings for what is deployed and for what benchmarks compare it with. */
import { relative } from "node:path";
import { build, type BuildOptions } from "esbuild";
import { root } from "./run.js";

/** By the file's name in the bundle; `index.mjs` is the entry. */
export type Bundle = Readonly<Record<string, Uint8Array>>;

/** Some of the SDK's dependencies are CommonJS and call require for Node's own modules. */
const banner = 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);';

/** `source`: a file, or code that is resolved as if it stood in the repository's root. */
export async function bundle(source: { readonly file: string } | { readonly code: string }): Promise<Bundle> {
  const entry: BuildOptions =
    "file" in source
      ? { entryPoints: { index: source.file } }
      : { stdin: { contents: source.code, resolveDir: root, sourcefile: "index" }, entryNames: "index" };
  const { outputFiles } = await build({
    ...entry,
    bundle: true,
    // What is imported at its first use becomes a file of its own, which a cold start does not read.
    splitting: true,
    minify: true,
    platform: "node",
    target: "node22",
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
  const files = Object.fromEntries(
    outputFiles
      .map(({ path, contents }) => [relative(root, path), contents] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  if (files["index.mjs"] === undefined) throw new Error("esbuild gave no index.mjs");
  return files;
}
