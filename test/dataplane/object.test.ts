/** The BPF objects that are committed, against what this machine's compiler makes of its source. Needs root. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bpfObjects, cache, inputFolder, nodeFiles, playHere, prepare } from "./support/machines.js";
import { scenarioIn } from "./support/observations.js";
import { readPcap } from "./support/pcap.js";
import { traffic } from "./support/traffic.js";

const committed = join(nodeFiles, "bpf");
const rebuilt = join(cache, "rebuilt");

beforeAll(async () => {
  await prepare();
  mkdirSync(rebuilt, { recursive: true });
  execFileSync(join(nodeFiles, "bpf", "build.sh"), [rebuilt]);
});

test.each(bpfObjects)("%s is what Debian 12's clang makes of the source", (object) => {
  // Another compiler may differ; then the next test still has to hold.
  expect(readFileSync(join(rebuilt, object)).equals(readFileSync(join(committed, object)))).toBe(true);
});

test("behaves as the rebuilt one does, with good, bad and damaged packets", async () => {
  const packets = traffic(100);
  const [one, two] = [
    await playHere("committed-object", await inputFolder("input-committed", packets, committed), {
      bpf: ["everything"],
    }),
    await playHere("rebuilt-object", await inputFolder("input-rebuilt", packets, rebuilt), {
      bpf: ["everything"],
    }),
  ].map((results) => scenarioIn(join(results, "bpf"), "everything"));
  if (one === undefined || two === undefined) throw new Error("both are played");
  const frames = [one, two].map(({ folder }) => readPcap(join(folder, "mirror0.pcap")));
  expect(frames[0]?.length).toBeGreaterThan(800);
  expect(frames[1]).toEqual(frames[0]);
  const refused = [one, two].map((scenario) => {
    const grown = scenario.grown();
    return [grown["firewall.geneve_refused"], grown["firewall.outside_refused"], grown["firewall.mirrored"]];
  });
  expect(refused[0]?.every((count) => count !== undefined && count > 0)).toBe(true);
  expect(refused[1]).toEqual(refused[0]);
});
