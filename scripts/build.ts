/**
 * Bundles every function into functions/dist/<function>.zip, byte for byte the same from the same sources and
 * lock file: fixed times and modes, and a deflate of our own choosing (fflate; Node's zlib changes with Node).
 *
 *   npm run build              writes the zips and manifest.json
 *   npm run build -- --check   builds in memory and fails when what is committed differs
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { zipSync, type Zippable } from "fflate";
import { bundle } from "./lib/bundle.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const functions = join(root, "functions");
const dist = join(functions, "dist");

/** The earliest time that a zip can hold, and the mode that Lambda needs to read the file. */
const ENTRY = { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 << 16, level: 9 } as const;

async function zipped(name: string): Promise<Uint8Array> {
  const files = await bundle({ file: join(functions, name, "handler.ts") });
  const entries = Object.entries(files).map(([file, code]): [string, Zippable[string]] => [
    file,
    [code, ENTRY],
  ]);
  return zipSync(Object.fromEntries(entries));
}

const names = readdirSync(functions)
  .filter((name) => existsSync(join(functions, name, "handler.ts")))
  .sort();
const zips = new Map<string, Uint8Array>();
for (const name of names) zips.set(`${name}.zip`, await zipped(name));

const manifest = Object.fromEntries(
  names.map((name) => {
    const zip = zips.get(`${name}.zip`) ?? new Uint8Array();
    return [name, { sha256: createHash("sha256").update(zip).digest("hex"), bytes: zip.length }];
  }),
);
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
