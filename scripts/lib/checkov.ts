import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { root, run, type Log } from "./run.js";
import type { Count } from "./count.js";

interface Finding {
  readonly check_id: string;
  readonly check_name: string;
  readonly resource: string;
  readonly file_abs_path: string;
  readonly file_line_range: readonly [number, number];
}

/** What `checkov --output json` prints for one framework. Nothing scanned prints only the counts, without results. */
interface Report {
  readonly results?: {
    readonly passed_checks: readonly Finding[];
    readonly failed_checks: readonly Finding[];
    readonly skipped_checks: readonly Finding[];
    readonly parsing_errors: readonly string[];
  };
}

/** One run of checkov. */
interface Scan {
  readonly directory: string;
  /** What the repository is to this run: the repository, or a copy of a part of it. */
  readonly top: string;
}

/** Configurations below tests/ only give a module something to stand on while it is tested. */
const counts = (path: string): boolean => !/(^|\/)tests?\//.test(path);

/** Folder of the listed ones that a file is in; the root composition is the shortest and so comes last. */
const folderOf = (path: string, folders: readonly string[]): string | undefined =>
  [...folders]
    .sort((a, b) => b.length - a.length)
    .find((folder) => (folder === "." ? !path.includes("/") : path.startsWith(`${folder}/`)));

const scan = async (log: Log, python: string, { directory }: Scan): Promise<Report | undefined> => {
  const args = ["-m", "checkov.main", "--directory", directory, "--framework", "terraform"];
  const options = [
    "--output",
    "json",
    "--compact",
    "--skip-download",
    "--download-external-modules",
    "false",
  ];
  const { code, stdout } = await run(python, [...args, ...options], { log, quiet: true, cwd: root });
  try {
    return JSON.parse(stdout) as Report;
  } catch {
    log.line(`checkov ended with ${code} and printed no report: ${stdout.slice(0, 2000)}`);
    return undefined;
  }
};

/**
 * Static checks of modules and examples: one test per folder, failed when a check fails there and is not skipped
 * where it stands (that a skip gives its reason is tested in test/contract). All fail when nothing was checked.
 *
 * checkov follows every call of a module and checks it anew for each caller, with the same findings: over the whole
 * repository that took four minutes. So modules are checked by themselves, once all together as the root composition
 * calls them, and of the examples what stands in them: in a copy, where there are no modules to follow.
 */
export const runCheckov = async (log: Log, folders: readonly string[]): Promise<Count> => {
  const venv = await run("scripts/venv.sh", ["venv-checkov", "test/requirements-checkov.txt"], { log });
  if (venv.code !== 0) return { passed: 0, failed: folders.length };
  const python = venv.stdout.trim();
  const copy = mkdtempSync(join(tmpdir(), "checkov-"));
  try {
    cpSync(join(root, "examples"), join(copy, "examples"), {
      recursive: true,
      filter: (path) => !/\/(node_modules|\.[^/]+)$/.test(path),
    });
    return await judge(log, python, folders, [
      { directory: "modules", top: root },
      { directory: join("examples", "single-account"), top: root },
      { directory: join(copy, "examples"), top: copy },
    ]);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
};

const judge = async (
  log: Log,
  python: string,
  folders: readonly string[],
  scans: readonly Scan[],
): Promise<Count> => {
  const bad = new Set<string>();
  // A module is checked by itself and once more through its caller; the line is the same.
  const lines = new Set<string>();
  const blame = (path: string, text: string): void => {
    bad.add(folderOf(path, folders) ?? ".");
    lines.add(text);
  };
  for (const each of scans) {
    const { results } = (await scan(log, python, each)) ?? {};
    const placeOf = (path: string): string => relative(each.top, resolve(root, path));
    const within = (list: readonly Finding[] = []): readonly Finding[] =>
      list.filter(({ file_abs_path: path }) => counts(placeOf(path)));
    for (const file of results?.parsing_errors ?? []) blame(placeOf(file), `${file}: checkov cannot read it`);
    const failed = within(results?.failed_checks);
    for (const { check_id, check_name, resource, file_abs_path: path, file_line_range: range } of failed) {
      blame(placeOf(path), `${placeOf(path)}:${range[0]} ${check_id} ${resource}: ${check_name}`);
    }
    const [passed, skipped] = [within(results?.passed_checks), within(results?.skipped_checks)];
    log.line(`${passed.length} checks passed, ${failed.length} failed, ${skipped.length} skipped`);
    if (passed.length === 0) return { passed: 0, failed: folders.length };
  }
  for (const line of lines) log.line(line);
  return { passed: folders.length - bad.size, failed: bad.size };
};
