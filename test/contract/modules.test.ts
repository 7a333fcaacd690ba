import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { looseObjects, rawReads, unreadInputs } from "./inputs.js";
import { compositions } from "../../scripts/lib/pass-through/compositions.js";
import { readTyped } from "../../scripts/lib/pass-through/typed.js";
import { examples, modules } from "../../scripts/lib/roots.js";
import { root } from "../../scripts/lib/run.js";
import {
  foreignParts,
  namelessMessages,
  readConfiguration,
  undescribed,
  unreadVariables,
  versions,
} from "./hcl.js";
import { drifted, passedOn } from "./passed-on.js";

describe.each(modules())("module %s", (folder) => {
  const read = () => readConfiguration(root, folder);

  test("reads every variable somewhere that has an effect", async () => {
    expect(unreadVariables(await read())).toEqual([]);
    expect(unreadInputs(root, folder)).toEqual([]);
  });

  test("describes every variable and output, and types every variable", async () => {
    const typed = await readTyped(root, folder);
    const variables = new Map(typed.variables.map(({ name, parsed }) => [name, parsed]));
    expect(undescribed({ ...(await read()), variables })).toEqual([]);
  });

  test("drops no key of a caller's in silence: an object comes through inputs/, or from a module that is called", async () => {
    expect(await looseObjects(root, folder)).toEqual([]);
    expect(rawReads(root, folder)).toEqual([]);
  });

  test("names the variable in the message of every validation", async () => {
    expect(namelessMessages(await read())).toEqual([]);
  });

  test("needs the aws provider alone, unconfigured, and runs nothing where it is applied", async () => {
    expect(foreignParts(await read())).toEqual([]);
  });

  test("accepts the versions that all modules accept", async () => {
    expect(versions(await read())).toEqual({ terraform: [">= 1.9"], aws: [">= 5.100, < 7"] });
  });

  test("has a README", () => {
    expect(existsSync(join(root, folder, "README.md"))).toBe(true);
  });
});

test.each(compositions)(
  "the variables of $folder have the types and defaults of the inputs to which it passes them on",
  async ({ folder }) => {
    const composition = await readConfiguration(root, folder);
    const called = await Promise.all(modules().map((each) => readConfiguration(root, each)));
    expect(passedOn(composition)).not.toEqual([]);
    expect(drifted(composition, called)).toEqual([]);
  },
);

test("examples use the aws provider alone", async () => {
  for (const folder of examples()) {
    const parts = foreignParts(await readConfiguration(root, folder));
    expect(parts.filter((part) => !part.endsWith("configures a provider"))).toEqual([]);
  }
});

test("every function has a README", () => {
  const folders = readdirSync(join(root, "functions"))
    .map((name) => `functions/${name}`)
    .filter((folder) => existsSync(join(root, folder, "handler.ts")));
  expect(folders.length).toBeGreaterThan(0);
  expect(folders.filter((folder) => !existsSync(join(root, folder, "README.md")))).toEqual([]);
});
