/**
 * Bundles every function into functions/dist/<function>.zip, byte for byte the same from the same sources and
 * lock file: fixed times and modes, and a deflate of our own choosing (fflate; Node's zlib changes with Node).
 * A folder with a main.ts instead of a handler.ts is a program for a node and becomes <folder>.mjs.
 *
 *   npm run build              writes the zips and manifest.json
 *   npm run build -- --check   builds in memory and fails when what is committed differs
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { zipSync } from "fflate";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const functions = join(root, "functions");
const dist = join(functions, "dist");

/** The earliest time that a zip can hold, and the mode that Lambda needs to read the file. */
const ENTRY = { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 << 16, level: 9 } as const;

/** Some of the SDK's dependencies are CommonJS and call require for Node's own modules. */
const banner = 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);';

/** Lambda's runtime, and what Debian 12 packages as nodejs (18.20), on which the agent's tests run. */
const targets = { "handler.ts": "node22", "main.ts": "node18" } as const;
type Entry = keyof typeof targets;

async function bundle(name: string, entry: Entry): Promise<Uint8Array> {
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
  return entry === "main.ts" ? code : zipSync({ "index.mjs": [code, ENTRY] });
}

const zips = new Map<string, Uint8Array>();
const manifest: Record<string, { sha256: string; bytes: number }> = {};
for (const name of readdirSync(functions).sort()) {
  const entry = (["handler.ts", "main.ts"] as const).find((file) => existsSync(join(functions, name, file)));
  if (entry === undefined) continue;
  const bytes = await bundle(name, entry);
  zips.set(`${name}.${entry === "main.ts" ? "mjs" : "zip"}`, bytes);
  manifest[name] = { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length };
}
zips.set("manifest.json", new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`));

if (process.argv.includes("--check")) {
  const different = [...zips].filter(([file, bytes]) => {
    const path = join(dist, file);
    return !existsSync(path) || !readFileSync(path).equals(bytes);
  });
  for (const [file] of zips) {
    const bad = different.some(([other]) => other === file);
    console.log(`${bad ? "differs" : "same   "} functions/dist/${file}`);
  }
  if (different.length > 0) {
    console.error("functions/dist is not what the sources give: run `npm run build` and commit the result");
    process.exit(1);
  }
} else {
  mkdirSync(dist, { recursive: true });
  for (const [file, bytes] of zips) {
    writeFileSync(join(dist, file), bytes);
    console.log(`${String(bytes.length).padStart(7)} functions/dist/${file}`);
  }
}
