/** The BPF object that is committed, against what this machine's compiler makes of its source. Needs root. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cache, inputFolder, nodeFiles, playHere, prepare } from "./support/machines.js";
import { scenarioIn } from "./support/observations.js";
import { readPcap } from "./support/pcap.js";
import { traffic } from "./support/traffic.js";

const committed = join(nodeFiles, "bpf", "decap.bpf.o");
const rebuilt = join(cache, "rebuilt.o");

beforeAll(async () => {
  await prepare();
  execFileSync(join(nodeFiles, "bpf", "build.sh"), [rebuilt]);
});

test("is what Debian 12's clang makes of the source", () => {
  // Another compiler may differ; then the next test still has to hold.
  expect(readFileSync(rebuilt).equals(readFileSync(committed))).toBe(true);
});

test("behaves as the rebuilt one does, with good, bad and damaged packets", async () => {
  const packets = traffic(100);
  const [one, two] = [
    await playHere("committed-object", inputFolder("input-committed", packets, committed), {
      bpf: ["everything"],
    }),
    await playHere("rebuilt-object", inputFolder("input-rebuilt", packets, rebuilt), { bpf: ["everything"] }),
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
