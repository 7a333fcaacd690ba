/** Writes engine.json: what AWS's engine says of each pattern. Run it with `make record-event-patterns`. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { render } from "../rendered.js";
import { engineFile, fixedCases, pack, type Cases, type EngineFile } from "./corpus.js";
import { moved, samples } from "../events/samples.js";
import { moduleCases } from "./module-cases.js";

const here = import.meta.dirname;

const ask = (sections: readonly Cases[]): readonly (readonly string[])[] => {
  const { status, stdout, error } = spawnSync(join(here, "record.sh"), {
    input: JSON.stringify(sections),
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["pipe", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`record.sh ended with ${status ?? String(error)}`);
  return JSON.parse(stdout) as string[][];
};

const version = /<artifactId>event-ruler<\/artifactId>\s*<version>(.*?)</.exec(
  readFileSync(join(here, "pom.xml"), "utf8"),
)?.[1];

const modules = moduleCases(render().patterns.map(({ pattern }) => pattern));
const cases: Readonly<Record<string, Cases>> = {
  ...fixedCases(),
  modules,
  published: { patterns: modules.patterns, events: Object.values(samples).map(moved) },
};
const names = Object.keys(cases);
const verdicts = ask(Object.values(cases));
const file: EngineFile = {
  engine: `software.amazon.event.ruler:event-ruler:${version ?? ""}`,
  sections: Object.fromEntries(
    names.map((name, index) => [
      name,
      {
        ...(cases[name] as Cases),
        verdicts: (verdicts[index] ?? []).map((each) =>
          each.startsWith("=") ? `=${pack(each.slice(1))}` : each,
        ),
      },
    ]),
  ),
};
writeFileSync(engineFile, `${JSON.stringify(file, null, 1)}\n`);
for (const [name, { patterns, events }] of Object.entries(file.sections)) {
  console.log(`${name}: ${patterns.length} patterns, ${events.length} events`);
}
