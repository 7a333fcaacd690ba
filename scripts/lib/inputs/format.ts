import { spawnSync } from "node:child_process";

/** As `terraform fmt` lays it out: generated text then passes the check of the formatter as it is. */
export const terraformFormat = (text: string): string => {
  const { status, stdout, stderr } = spawnSync("terraform", ["fmt", "-no-color", "-"], {
    input: text,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`terraform fmt: ${stderr}\n${text}`);
  return stdout;
};
