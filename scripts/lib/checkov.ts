import { root, run, type Log } from "./run.js";
import type { Count } from "./steps.js";

interface Finding {
  readonly check_id: string;
  readonly check_name: string;
  readonly resource: string;
  readonly file_path: string;
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

/** Configurations below tests/ only give a module something to stand on while it is tested. */
const counts = ({ file_path: path }: Finding): boolean => !/\/tests?\//.test(path);

/** Folder of the listed ones that a path is in; the root composition is the shortest and so comes last. */
const folderOf = (path: string, folders: readonly string[]): string | undefined =>
  [...folders]
    .sort((a, b) => b.length - a.length)
    .find((folder) => (folder === "." ? !path.slice(1).includes("/") : path.startsWith(`/${folder}/`)));

/**
 * Static checks of modules and examples: one test per folder, failed when a check fails there and is not skipped
 * where it stands (that a skip gives its reason is tested in test/contract). All fail when nothing was checked.
 */
export const runCheckov = async (log: Log, folders: readonly string[]): Promise<Count> => {
  const venv = await run("scripts/venv.sh", ["venv-checkov", "test/requirements-checkov.txt"], { log });
  if (venv.code !== 0) return { passed: 0, failed: folders.length };
  const python = venv.stdout.trim();
  const args = ["-m", "checkov.main", "--directory", ".", "--framework", "terraform", "--output", "json"];
  const options = ["--compact", "--skip-download", "--download-external-modules", "false"];
  // It passes over node_modules and hidden folders by itself. Do not add --skip-path: with one, calls of local
  // modules are no longer followed (seen with 3.3.30).
  const { code, stdout } = await run(python, [...args, ...options], { log, quiet: true, cwd: root });
  let report: Report;
  try {
    report = JSON.parse(stdout) as Report;
  } catch {
    log.line(`checkov ended with ${code} and printed no report: ${stdout.slice(0, 2000)}`);
    return { passed: 0, failed: folders.length };
  }
  const passed = (report.results?.passed_checks ?? []).filter(counts);
  const failed = (report.results?.failed_checks ?? []).filter(counts);
  const skips = (report.results?.skipped_checks ?? []).filter(counts);
  const bad = new Set<string>();
  const blame = (path: string, text: string): void => {
    bad.add(folderOf(path, folders) ?? ".");
    log.line(text);
  };
  for (const file of report.results?.parsing_errors ?? []) blame(file, `${file}: checkov cannot read it`);
  // A module is checked by itself and once more through each caller; the line is the same.
  const distinct = new Map(
    failed.map((one) => [`${one.check_id} ${one.file_path} ${one.file_line_range[0]}`, one]),
  );
  for (const { check_id, check_name, resource, file_path, file_line_range } of distinct.values()) {
    blame(file_path, `${file_path.slice(1)}:${file_line_range[0]} ${check_id} ${resource}: ${check_name}`);
  }
  log.line(`${passed.length} checks passed, ${distinct.size} failed, ${skips.length} skipped`);
  if (passed.length === 0) return { passed: 0, failed: folders.length };
  return { passed: folders.length - bad.size, failed: bad.size };
};
