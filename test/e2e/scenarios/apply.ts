import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../scripts/lib/run.js";
import type { World } from "../world.js";

/** Places in an output that hold nothing: what a module promises must be there after an apply. */
const holes = (value: unknown, path: string): string[] => {
  if (value === null || value === undefined || value === "") return [path];
  if (typeof value !== "object") return [];
  const entries = Object.entries(value);
  return entries.length === 0 ? [path] : entries.flatMap(([key, each]) => holes(each, `${path}.${key}`));
};

/** Nothing refused and nothing uncovered are empty maps, and right so; a filter rule without ports is for all of them. */
const MAY_BE_EMPTY = /^apply_summary\.(refused|uncovered)$|^vpcs\.\w+\.filter\.(in|e)gress\.\d+\.\w+$/;

/** Of `endpoint_management = "automatic"` and `capture_athena_workgroup`, which the example does not use. */
const OF_OPTIONS = /^(endpoints_apply_summary|capture_arrivals_bucket_name|capture_athena_\w+)$/;

export const apply = (world: World): void => {
  test("a second plan is empty", async () => {
    expect(await world.terraform.plan()).toEqual([]);
  });

  test("no output is empty, and the example passes on every output of the root", async () => {
    const files = readdirSync(root).filter((name) => /^outputs.*\.tf$/.test(name));
    const text = files.map((name) => readFileSync(join(root, name), "utf8")).join("\n");
    const outputs = [...text.matchAll(/^output "(\w+)"/gm)].map(([, name = ""]) => name);
    const promised = outputs.filter((name) => !OF_OPTIONS.test(name));
    expect(promised.length).toBeGreaterThan(20);
    expect(Object.keys(world.outputs)).toEqual(expect.arrayContaining(promised));
    const found = Object.entries(world.outputs).flatMap(([name, value]) => holes(value, name));
    expect(found.filter((path) => !MAY_BE_EMPTY.test(path))).toEqual([]);
  });

  test("the apply shows what its sweep did", () => {
    expect(world.outputs.apply_summary).toMatchObject({ complete: true, selected: 0 });
  });
};
