/**
 * Adds to package-lock.json the optional packages of other platforms that npm left out, which it does when the
 * registry in use does not have them or when it starts from an existing node_modules (npm/cli issue 4828).
 * `npm ci` refuses such a lock file on every machine. The entries carry the exact version that the parent asks
 * for and, read from the package's name, the platform; npm adds the integrity when it installs one there.
 *
 *   npm run lock:complete        after a change of dependencies
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./lib/run.js";

interface Entry {
  version?: string;
  optional?: boolean;
  dev?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

export interface LockFile {
  packages: Record<string, Entry>;
}

/** Where Node would look for `name` from the package at `path`, nearest first. */
const places = (path: string, name: string): string[] => {
  const parts = path.split("/node_modules/");
  const nested = parts.map((_, index) =>
    [...parts.slice(0, parts.length - index), name].join("/node_modules/"),
  );
  return [...nested, `node_modules/${name}`];
};

/** Optional packages that a package of the lock file asks for and that have no entry: name → exact version. */
export const missingOptionals = ({ packages }: LockFile): Map<string, string> =>
  new Map(
    Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.entries(optionalDependencies).filter(
        ([name]) => !places(path, name).some((place) => place in packages),
      ),
    ),
  );

const systems = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const processors = [
  "arm64",
  "arm",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
  "x64",
  "wasm32",
];

/** "@swc/core-linux-arm-gnueabihf" → { os: ["linux"], cpu: ["arm"] }. */
const platformOf = (name: string): Pick<Entry, "os" | "cpu" | "libc"> => {
  const words = name.split(/[/-]/);
  const os = systems.filter((system) => words.includes(system));
  const cpu = processors.filter((processor) => words.includes(processor));
  const libc = words.includes("musl")
    ? ["musl"]
    : words.includes("gnu") && os[0] === "linux"
      ? ["glibc"]
      : [];
  return { ...(cpu.length > 0 && { cpu }), ...(libc.length > 0 && { libc }), ...(os.length > 0 && { os }) };
};

/** A copy with the missing entries, in npm's order. Throws for a package whose version is not exact. */
export const complete = (lock: LockFile): LockFile => {
  const packages = { ...lock.packages };
  for (const [name, version] of missingOptionals(lock)) {
    if (!/^\d+\.\d+\.\d+[\w.+-]*$/.test(version)) {
      throw new Error(`${name} is asked for as ${version}: install it where the registry has it`);
    }
    packages[`node_modules/${name}`] = { version, dev: true, optional: true, ...platformOf(name) };
  }
  const ordered = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, "en"));
  return { ...lock, packages: Object.fromEntries(ordered) };
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const file = join(process.argv[2] ?? root, "package-lock.json");
  const lock = JSON.parse(readFileSync(file, "utf8")) as LockFile;
  const missing = missingOptionals(lock);
  writeFileSync(file, `${JSON.stringify(complete(lock), null, 2)}\n`);
  console.log(`package-lock.json: ${missing.size} optional packages of other platforms added`);
}
