/**
 * Runs terraform-docs over each module that has a README with its markers, showing inputs with the types that they really
 * have: a public variable that holds an object is `any` (docs/adr/0015-keys-are-checked-before-the-type.md).
 *
 *   tsx scripts/module-docs.ts <terraform-docs> [--output-check]
 *
 * terraform-docs reads one folder of Terraform files, so it gets a copy: the README, versions.tf, and the declarations.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Declaration } from "./lib/pass-through/module-source.js";
import { readTyped } from "./lib/pass-through/typed.js";
import { modules } from "./lib/roots.js";
import { root } from "./lib/run.js";

const [program = "", ...options] = process.argv.slice(2);
if (!existsSync(program)) {
  console.error("usage: tsx scripts/module-docs.ts <terraform-docs> [--output-check]");
  process.exit(64);
}

const blocks = (kind: string, declarations: readonly Declaration[]): string =>
  declarations
    .map(({ name, body }) => {
      const lines = body.filter(({ head }) => head !== "validation").map(({ lead, text }) => lead + text);
      return `${kind} "${name}" {${lines.join("\n")}\n}\n`;
    })
    .join("\n");

/** Whether the README is as it ought to be, or was made so. */
const document = async (folder: string): Promise<boolean> => {
  const readme = join(root, folder, "README.md");
  const copy = mkdtempSync(join(tmpdir(), "module-docs-"));
  try {
    for (const name of ["README.md", "versions.tf"]) cpSync(join(root, folder, name), join(copy, name));
    const { variables, outputs } = await readTyped(root, folder);
    writeFileSync(join(copy, "variables.tf"), blocks("variable", variables));
    writeFileSync(join(copy, "outputs.tf"), blocks("output", outputs));
    const config = ["--config", join(root, ".terraform-docs.yml")];
    const { status, stderr } = spawnSync(resolve(program), [...config, ...options, copy], {
      encoding: "utf8",
    });
    if (status !== 0) console.error(`${folder}: ${stderr.trim()}`);
    else cpSync(join(copy, "README.md"), readme);
    return status === 0;
  } finally {
    rmSync(copy, { recursive: true });
  }
};

const documented = modules().filter((folder) => {
  const readme = join(root, folder, "README.md");
  return existsSync(readme) && readFileSync(readme, "utf8").includes("BEGIN_TF_DOCS");
});
const failed: string[] = [];
for (const folder of documented) if (!(await document(folder))) failed.push(folder);
console.log(`${documented.length} modules, ${failed.length} failed`);
process.exitCode = documented.length > 0 && failed.length === 0 ? 0 : 1;
