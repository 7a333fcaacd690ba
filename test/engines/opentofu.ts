/**
 * OpenTofu's settings. It takes the source "hashicorp/aws" for registry.opentofu.org/hashicorp/aws, so a mirror of
 * registry.terraform.io does not serve it: a second one below .cache links to what is in the first.
 */
import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../../scripts/lib/run.js";
import { terraformEnvironment } from "../../scripts/terraform-env.js";

const AWS = "hashicorp/aws";
const cache = join(root, ".cache", "terraform", "opentofu");

/** The packages of a mirror, zipped or in a folder for each version and platform. */
const packages = (folder: string): readonly string[] =>
  readdirSync(folder).flatMap((name) =>
    statSync(join(folder, name)).isDirectory()
      ? readdirSync(join(folder, name)).map((platform) => join(name, platform))
      : [name],
  );

/** For the environment of OpenTofu. Nothing where there is no mirror: its own registry has the provider as well. */
export const openTofuEnvironment = (): Readonly<Record<string, string>> => {
  const { mirror } = terraformEnvironment();
  if (mirror === undefined) return {};
  rmSync(cache, { recursive: true, force: true });
  const from = join(mirror, "registry.terraform.io", AWS);
  // OpenTofu follows links to packages, not to the folders above them.
  for (const name of packages(from)) {
    const link = join(cache, "registry.opentofu.org", AWS, name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(from, name), link);
  }
  const file = join(cache, "tofu.rc");
  writeFileSync(
    file,
    `provider_installation {
  filesystem_mirror {
    path    = ${JSON.stringify(cache)}
    include = ["registry.opentofu.org/${AWS}"]
  }
}
`,
  );
  return { TF_CLI_CONFIG_FILE: file };
};
