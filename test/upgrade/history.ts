/** An older version of this repository, out of its own history. */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { root } from "../../scripts/lib/run.js";

/**
 * The last commit of the work that landed the whole path: one apply, one launched instance, one mirrored session.
 * Whoever applied the modules first has a state of this version.
 */
export const WHOLE_PATH_ONCE = "ffdb36ed73bdcab45d9ae93b2232c47a39dbf2b3";

/** The last commit whose modules took their names from data sources, which `depends_on` defers. */
export const NAMED_AFTER_DATA_SOURCES = "86800a9c4abf55057bf6eaa423806ac5f29f9858";

const git = (...args: string[]): string => {
  const { status, stdout, stderr, error } = spawnSync("git", args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(error?.message ?? stderr.trim());
  return stdout.trim();
};

/** What Terraform reads of it, below .cache, under its own name: modules, bundles, examples and the root. */
export const treeOf = (commit: string): string => {
  try {
    commit = git("rev-parse", "--verify", `${commit}^{commit}`);
  } catch (error) {
    throw new Error(
      `The upgrade starts from commit ${commit}, which is not in this clone: ${(error as Error).message}. ` +
        "A shallow clone or an archive lacks the history: run `git fetch --unshallow`, or clone without --depth " +
        "(in a pipeline: fetch depth 0).",
      { cause: error },
    );
  }
  const folder = join(root, ".cache", "upgrade", commit);
  if (existsSync(folder)) rmSync(folder, { recursive: true });
  mkdirSync(folder, { recursive: true });
  const archive = `${folder}.tar`;
  git("archive", "--format=tar", `--output=${archive}`, commit);
  const { status, stderr } = spawnSync("tar", ["-xf", archive, "-C", folder], { encoding: "utf8" });
  if (status !== 0) throw new Error(`tar: ${stderr}`);
  rmSync(archive);
  return folder;
};
