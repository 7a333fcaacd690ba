import { existsSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { root } from "./run.js";

/**
 * What a folder of functions/ is, by the file that it begins with: a Lambda, for Lambda's runtime; or a program for
 * a capture node, for what Debian 12 packages as nodejs (18.20), on which its tests run.
 */
const targets = { "handler.ts": "node22", "main.ts": "node18" } as const;
export type Entry = keyof typeof targets;

/** Some of the SDK's dependencies are CommonJS and call require for Node's own modules. */
const banner = 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);';

export const functions = join(root, "functions");

export function entryOf(name: string): Entry | undefined {
  return (Object.keys(targets) as Entry[]).find((file) => existsSync(join(functions, name, file)));
}

/** One ES module with everything in it. */
export async function bundle(name: string, entry: Entry): Promise<Uint8Array> {
  const result = await build({
    entryPoints: [join(functions, name, entry)],
    bundle: true,
    minify: true,
    platform: "node",
    target: targets[entry],
    format: "esm",
    mainFields: ["module", "main"], // ES modules first: only they can be tree-shaken
    banner: { js: banner },
    legalComments: "eof",
    absWorkingDir: root,
    outfile: "index.mjs",
    write: false,
    logLevel: "warning",
  });
  const code = result.outputFiles[0]?.contents;
  if (!code) throw new Error(`esbuild gave no output for ${name}`);
  return code;
}
