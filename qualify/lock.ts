/** One run at a time for each region: two would clean up after each other. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Gives the way to let go. */
export const lock = (folder: string): (() => void) => {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "pid");
  const other = existsSync(path) ? Number(readFileSync(path, "utf8")) : 0;
  if (other > 0 && lives(other)) {
    throw new Error(
      `A qualification of this region is under way as process ${other}; if that is something else, remove ${path}.`,
    );
  }
  writeFileSync(path, String(process.pid));
  return () => rmSync(path, { force: true });
};
