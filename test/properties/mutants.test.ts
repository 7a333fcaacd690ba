/** Each planted bug is built into a copy of the program, which must then fail the properties. */
import { describe, expect, it } from "@jest/globals";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import { spawnGroup } from "../../scripts/lib/process-group.js";
import { mutants, type Edit, type Mutant } from "./mutants.js";

const root = resolve(import.meta.dirname, "../..");
const out = join(root, ".cache/mutants");
const RUNS = 1500;
const SEED = 20_260_101;

describe("the properties catch", () => {
  it.each(mutants.map((mutant, index) => ({ ...mutant, index })))(
    "$name",
    async (mutant) => {
      const program = await plant(mutant, String(mutant.index));
      const { code, output } = await run(program, RUNS, mutant.property, mutant.seed);
      // Any other code is a crash: then the property was not asked.
      expect({ code, output }).toEqual({ code: 3, output: expect.stringMatching(/\S/) as unknown });
    },
    120_000,
  );

  it("nothing in the program as it is", async () => {
    expect(await run(await plant(undefined, "none"), 300)).toEqual({ code: 0, output: "" });
  }, 120_000);
});

async function plant(mutant: Mutant | undefined, name: string): Promise<string> {
  mkdirSync(out, { recursive: true });
  // The local cloud reads its data beside its own file, which in a bundle is here.
  copyFileSync(join(root, "local-cloud/ec2/store/instance-types.json"), join(out, "instance-types.json"));
  const outfile = join(out, `${name}.mjs`);
  await build({
    entryPoints: [join(root, "test/properties/mutant-entry.ts")],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    packages: "external",
    outfile,
    logLevel: "error",
    plugins: mutant ? [planting(mutant), ...(mutant.also ? [planting(mutant.also)] : [])] : [],
  });
  return outfile;
}

function planting({ file, find, replace }: Edit): Plugin {
  const path = join(root, file);
  return {
    name: "plant",
    setup(context) {
      context.onLoad({ filter: new RegExp(`${file.split("/").at(-1) ?? ""}$`) }, (args) => {
        if (args.path !== path) return undefined;
        const source = readFileSync(path, "utf8");
        // A mutant whose place has changed tests nothing: it must be brought up to date.
        if (source.split(find).length !== 2)
          throw new Error(`${file} does not contain exactly once: ${find}`);
        return { contents: source.replace(find, replace), loader: "ts" };
      });
    },
  };
}

function run(
  program: string,
  runs = RUNS,
  property = "sessions",
  seed = SEED,
): Promise<{ code: number | null; output: string }> {
  return new Promise((done) => {
    const child = spawnGroup(process.execPath, [program, String(runs), String(seed), property], {
      cwd: root,
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("close", (code) => {
      done({ code, output: output.trim() });
    });
  });
}
