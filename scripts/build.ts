/**
 * Bundles every function into functions/dist/<function>.zip, byte for byte the same from the same sources and
 * lock file: fixed times and modes, and a deflate of our own choosing (fflate; Node's zlib changes with Node).
 * A folder with a main.ts instead of a handler.ts is a program for a node and becomes <folder>.mjs.
 *
 *   npm run build              writes them and manifest.json
 *   npm run build -- --check   builds in memory and fails when what is committed differs
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zipSync, type Zippable } from "fflate";
import { bundle, entryOf, functions, type Bundle } from "./lib/bundle.js";

const dist = join(functions, "dist");

/** The earliest time that a zip can hold, and the mode that Lambda needs to read the file. */
const ENTRY = { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 << 16, level: 9 } as const;

function zipped(files: Bundle): Uint8Array {
  const entries = Object.entries(files).map(([file, code]): [string, Zippable[string]] => [
    file,
    [code, ENTRY],
  ]);
  return zipSync(Object.fromEntries(entries));
}

const built = new Map<string, Uint8Array>();
const manifest: Record<string, { sha256: string; bytes: number }> = {};
for (const name of readdirSync(functions).sort()) {
  const entry = entryOf(name);
  if (entry === undefined) continue;
  const files = await bundle({ name, entry });
  const program = files["index.mjs"] ?? new Uint8Array();
  const [file, bytes] = entry === "main.ts" ? [`${name}.mjs`, program] : [`${name}.zip`, zipped(files)];
  built.set(file, bytes);
  manifest[name] = { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length };
}
built.set("manifest.json", new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`));

if (process.argv.includes("--check")) {
  const different = [...built].filter(([file, bytes]) => {
    const path = join(dist, file);
    return !existsSync(path) || !readFileSync(path).equals(bytes);
  });
  for (const [file] of built) {
    const bad = different.some(([other]) => other === file);
    console.log(`${bad ? "differs" : "same   "} functions/dist/${file}`);
  }
  if (different.length > 0) {
    console.error("functions/dist is not what the sources give: run `npm run build` and commit the result");
    process.exit(1);
  }
} else {
  mkdirSync(dist, { recursive: true });
  for (const [file, bytes] of built) {
    writeFileSync(join(dist, file), bytes);
    console.log(`${String(bytes.length).padStart(7)} functions/dist/${file}`);
  }
}
