/** The Node of the capture nodes: Debian 12 packages 18.20 as nodejs, so that is what the agent's tests run it on. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/run.js";

const VERSION = "18.20.8";

const isNode18 = (command: string): boolean => {
  const ran = spawnSync(command, ["--version"], { encoding: "utf8" });
  return ran.status === 0 && ran.stdout.startsWith("v18.");
};

/** Path of a Node 18: the machine's own if it is one, else the one in .cache, installed when first needed. */
export const findNode18 = (): string => {
  const own = ["nodejs", "node"].find(isNode18);
  if (own !== undefined) return own;
  const folder = join(root, ".cache", "node-18");
  // The package of one platform alone: a binary and no install script.
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const binary = join(folder, "node_modules", name, "bin", "node");
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    const args = ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"];
    const ran = spawnSync("npm", [...args, `${name}@${VERSION}`], { encoding: "utf8" });
    if (ran.status !== 0)
      throw new Error(`cannot install Node ${VERSION} for the capture agent:\n${ran.stderr}`);
  }
  if (!isNode18(binary)) throw new Error(`${binary} does not run`);
  return binary;
};
