import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, normalize } from "node:path";

export interface TextFile {
  /** Relative to the repository. */
  readonly path: string;
  readonly text: string;
}

/** Every file that is or could be committed. */
export const trackedPaths = (root: string): string[] =>
  execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  })
    .split("\0")
    .filter((path) => path !== "" && existsSync(join(root, path)));

/** Every text file among them. */
export const trackedText = (root: string): TextFile[] =>
  trackedPaths(root)
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }))
    .filter(({ text }) => !text.includes("\0"));

/** Where people and build machines keep things. Written apart, so that this file does not find itself. */
const personal = ["home", "root", "Users", "opt", "mnt", "workspace", "workspaces"];
/** Paths on a capture node or in a Lambda that AWS itself has set. */
const documented = ["opt/aws/", "opt/nodejs/", "opt/arkime/"];

/** Lines with an absolute path that exists on somebody's machine only: "README.md:12 …". */
export const machinePaths = (files: readonly TextFile[], root: string): string[] => {
  const generic = new RegExp(`(?<![\\w.~})*-])/(?:${personal.join("|")})/(?=[\\w.-])`, "g");
  const own = [root, homedir()].filter((path) => path.split("/").length > 2);
  return files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) => {
      const hit =
        own.some((place) => line.includes(`${place}/`)) ||
        [...line.matchAll(generic)].some(
          ({ index: at }) => !documented.some((allowed) => line.startsWith(`/${allowed}`, at)),
        );
      return hit ? [`${path}:${index + 1} ${line.trim().slice(0, 120)}`] : [];
    }),
  );
};

/** As GitHub makes anchors of headings, as far as headings here go. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");

const anchors = (text: string): Set<string> =>
  new Set([...text.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map(([, heading = ""]) => anchor(heading)));

/** Relative links of Markdown files that lead nowhere: "docs/a.md → ../missing.md". */
export const brokenLinks = (files: readonly TextFile[], exists: (path: string) => boolean): string[] => {
  const markdown = new Map(
    files.filter(({ path }) => path.endsWith(".md")).map((file) => [file.path, file.text]),
  );
  return [...markdown].flatMap(([path, text]) => {
    const prose = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, "").replace(/`[^`\n]*`/g, "");
    const inline = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
    const reference = [...prose.matchAll(/^\[[^\]]+\]:\s+(\S+)/gm)];
    return [...inline, ...reference]
      .map(([, target = ""]) => target)
      .filter((target) => !/^[a-z][a-z+.-]*:/i.test(target))
      .filter((target) => {
        const [place = "", fragment] = target.split("#");
        const file = place === "" ? path : normalize(join(dirname(path), decodeURIComponent(place)));
        if (place !== "" && !exists(file)) return true;
        const there = markdown.get(file);
        return fragment !== undefined && there !== undefined && !anchors(there).has(fragment);
      })
      .map((target) => `${path} → ${target}`);
  });
};

/** Skips of checkov without a reason in words; a second skip of the same kind may say "As above." */
export const unreasonedSkips = (files: readonly TextFile[]): string[] =>
  files
    .filter(({ path }) => path.endsWith(".tf"))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/checkov:skip=([A-Z0-9_]+)(?::([^\n]*))?/g)]
        .filter(([, , reason = ""]) => reason.trim().split(/\s+/).length < 2)
        .map(([, id = ""]) => `${path}: ${id}`),
    );

/** "main.tf:12 has 171 characters" of every line of HCL that is longer than `most`. */
export const longLines = (files: readonly TextFile[], most: number): string[] =>
  files
    .filter(({ path }) => /\.(tf|tfvars|hcl)$/.test(path))
    .flatMap(({ path, text }) =>
      text.split("\n").flatMap((line, index) => {
        const { length } = Array.from(line);
        return length > most ? [`${path}:${index + 1} has ${length} characters`] : [];
      }),
    );
