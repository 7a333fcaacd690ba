import { basename, dirname, extname, join, normalize } from "node:path";
import type { TextFile } from "./text.js";

/** Names that are made, not committed. */
const made = /^(node_modules|reports|coverage|[.]cache)\b/;
/** A bare name is taken for one of our files by these endings; data files of other programs are named as well. */
const ours = new Set([".ts", ".mjs", ".tf", ".hcl", ".sh", ".py", ".md"]);
/** `x.ts` stands for any file. */
const placeholder = /^[a-z][.]/;

const filesAndFolders = (paths: readonly string[]): Set<string> => {
  const all = new Set(paths);
  for (const path of paths)
    for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) all.add(folder);
  return all;
};

/** `{a,b}` into one path for each; `<kind>` and `*` stay. */
const expand = (path: string): string[] => {
  const group = /\{([^{}]*)\}/.exec(path);
  if (group === null) return [path];
  const [whole, names = ""] = group;
  return names.split(",").flatMap((name) => expand(path.replace(whole, name.trim())));
};

/** Whether a path is what is written: `*` and `<kind>` stand for a part of one name, `**` for any folders. */
const matcher = (pattern: string): ((path: string) => boolean) => {
  if (!/[*<]/.test(pattern)) return (path) => path === pattern;
  const source = pattern
    .replace(/[.+^$()|[\]\\]/g, "\\$&")
    .replace(/\*\*\/?|\*|<[^>]*>/g, (wildcard) => (wildcard.startsWith("**") ? ".*" : "[^/]+"));
  const expression = new RegExp(`^${source}$`);
  return (path) => expression.test(path);
};

/** What a document says in backticks, or a source in its comments, word by word. */
const wordsOf = ({ path, text }: TextFile): string[] => {
  if (path.endsWith(".md")) {
    const prose = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, "");
    return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
  }
  const blocks =
    path.endsWith(".ts") || path.endsWith(".mjs") ? text.matchAll(/(?<=^|\s)\/\*[\s\S]*?\*\//gm) : [];
  const line = path.endsWith(".ts") || path.endsWith(".mjs") ? /(?<=^|\s)\/\/ .*$/gm : /(?<=^|\s)# .*$/gm;
  return [...blocks, ...text.matchAll(line)].flatMap(([comment]) =>
    comment.split(/[\s`"'()]+/).map((word) => word.replace(/[,.:;]+$/, "")),
  );
};

/** Where a name without a folder is looked for: in the module, the function or the program that it is said in. */
const unitsOf = (path: string): string[] => {
  const [top = "", second = ""] = path.split("/");
  if (top === "functions") return [`functions/${second}/`, "functions/dist/"];
  if (top === "modules") return [`modules/${second}/`];
  return ["examples", "local-cloud"].includes(top) ? [`${top}/`] : [""];
};

/** Paths of this repository that documents and comments name and that are not there: "README.md: src/gone.ts". */
export const missingPaths = (texts: readonly TextFile[], paths: readonly string[]): string[] => {
  const known = filesAndFolders(paths);
  const all = [...known];
  const exists = (path: string): boolean =>
    expand(normalize(path)).every((one) => known.has(one) || (/[*<]/.test(one) && all.some(matcher(one))));
  const isNear = (mentioner: string, name: string): boolean => {
    const named = matcher(name);
    const units = unitsOf(mentioner);
    return paths.some((path) => named(basename(path)) && units.some((unit) => path.startsWith(unit)));
  };
  const missing = (mentioner: string, word: string): boolean => {
    if (!/^(\.{1,2}\/)*[\w.*<{][\w.*<>{},-]*(\/[\w.*<>{},-]+)*\/?$/.test(word) || made.test(word))
      return false;
    const path = word.replace(/\/$/, "");
    const source = ours.has(extname(path)) && !placeholder.test(basename(path));
    if (!path.includes("/")) return source && !isNear(mentioner, path);
    const [first = ""] = path.split("/");
    const bases = [""];
    for (let folder = dirname(mentioner); folder !== "."; folder = dirname(folder)) bases.push(folder);
    // Other programs have paths as well: ours begin with a name that is here, or lead up, or end as our sources do.
    const meant =
      source || first === ".." || bases.some((base) => first !== "*" && known.has(join(base, first)));
    return meant && !bases.some((base) => exists(join(base, path)));
  };
  return texts
    .filter(({ path }) => [".md", ".ts", ".mjs", ".tf", ".hcl"].includes(extname(path)))
    .flatMap((file) =>
      wordsOf(file)
        .filter((word) => missing(file.path, word))
        .map((word) => `${file.path}: ${word}`),
    );
};

/** The rows of the table below a heading, as their cells. */
const tableBelow = (text: string, heading: string): string[][] => {
  const [, section = ""] = text.split(`\n${heading}\n`);
  const rows =
    section
      .split(/\n#/)[0]
      ?.split("\n")
      .filter((line) => line.startsWith("|")) ?? [];
  return rows.slice(2).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
};

const inBackticks = (text: string): string[] =>
  [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);

/**
 * Which file holds which decision: each file that the table of docs/architecture.md names must be there, and each of
 * functions/core must be in it, so that whoever adds a file says what it decides.
 */
export const decisionTableProblems = (architecture: string, paths: readonly string[]): string[] => {
  const rows = tableBelow(architecture, "## Where a decision lives");
  const named = rows.flatMap(([, files = ""]) => inBackticks(files).flatMap(expand));
  const known = [...filesAndFolders(paths)];
  const gone = named.filter((name) => !known.some(matcher(name)));
  const core = paths.filter((path) => path.startsWith("functions/core/") && path.endsWith(".ts"));
  const unnamed = core.filter((path) => !named.some((name) => matcher(name)(path)));
  return [
    ...gone.map((name) => `${name} is not there`),
    ...unnamed.map((path) => `${path} is not in the table`),
  ];
};

/**
 * Places of Jest's projects that the table of docs/architecture.md names neither themselves nor by a folder above them;
 * `globs` as in jest.config.mjs.
 */
export const undescribedTests = (architecture: string, globs: readonly string[]): string[] => {
  const named = tableBelow(architecture, "## How it is tested").flatMap(([, places = ""]) =>
    inBackticks(places),
  );
  return globs
    .map((glob) => glob.replace("<rootDir>/", "").replace(/\/\*.*$/, ""))
    .filter((place) => !named.some((folder) => place === folder || place.startsWith(`${folder}/`)));
};

/** The reasons that docs/operations.md lists: in its table those for which a source is uncovered, below it the rest. */
export const documentedReasons = (operations: string): { uncovered: string[]; unselected: string[] } => {
  const [, section = ""] = operations.split("\n## Reasons\n");
  const [list = ""] =
    section
      .split(/\n#/)[0]
      ?.split("\n\n")
      .filter((paragraph) => paragraph.startsWith("Not selected:")) ?? [];
  return {
    uncovered: tableBelow(operations, "## Reasons").flatMap(([reasons = ""]) => inBackticks(reasons)),
    unselected: inBackticks(list),
  };
};

/** Names that AWS gives to what went wrong, as the code compares them: strings and classes of the SDK. */
const errorCode =
  /"\w+(?:NotFound|Exceeded|Exception|AlreadyExists|ValidationError)"|"ValidationError"|instanceof \w+(?:NotFound|Exceeded|Exception|AlreadyExists)\b/;

/** Files of functions/aws that know an error code of AWS and that the header of functions/aws/errors.ts leaves out. */
export const unlistedErrorCodes = (sources: readonly TextFile[]): string[] => {
  const header = sources.find(({ path }) => path === "functions/aws/errors.ts")?.text.split("*/")[0] ?? "";
  return sources
    .filter(({ path, text }) => path.startsWith("functions/aws/") && errorCode.test(text))
    .map(({ path }) => path.slice("functions/aws/".length))
    .filter((name) => name !== "errors.ts" && !header.includes(name));
};
