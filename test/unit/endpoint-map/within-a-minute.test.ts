/** From the second in which EC2 shows a new endpoint to the one in which a node's data path knows whose it is. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fetched } from "../../../functions/capture-agent/aws/bucket.js";
import { parseConfig } from "../../../functions/capture-agent/config.js";
import { createIdentityLoop } from "../../../functions/capture-agent/identity-loop.js";
import { createLog } from "../../../functions/capture-agent/system/log.js";
import { lookTwice, runEndpointMap } from "../../../functions/endpoint-map/run.js";

const MINUTE = 60_000;
/** EC2's answer, the object read and written: more than either has taken anywhere. */
const LOOK_MS = 3_000;
/** EventBridge starts a run up to so much after its time. */
const LATE_MS = 10_000;
const NEW = { endpointId: "vpce-00000000000000b01", account: "111122223333" };

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "endpoint-map-"));
  mkdirSync(join(folder, "spool/index"), { recursive: true });
  writeFileSync(
    join(folder, "clients.json"),
    JSON.stringify({ bank: { account_id: NEW.account, vnis: { main: 101 } } }),
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** When the object says what, by runs of every second minute that are late and all others that are not. */
async function mapOf(createdAt: number): Promise<(at: number) => string | undefined> {
  const written: { at: number; text: string }[] = [];
  const last = () => written.at(-1)?.text;
  for (let minute = 0; minute < 5; minute++) {
    let time = minute * MINUTE + (minute % 2) * LATE_MS;
    const clock = { now: () => time, sleep: (ms: number) => Promise.resolve(void (time += ms)) };
    await lookTwice(() => {
      const shown = time >= createdAt ? [NEW] : [];
      time += LOOK_MS;
      return runEndpointMap({
        connections: () => Promise.resolve(shown),
        object: {
          read: () => Promise.resolve(last()),
          write: (text) => Promise.resolve(void written.push({ at: time, text })),
        },
        now: clock.now,
      });
    }, clock);
  }
  return (at) => written.findLast((each) => each.at <= at)?.text;
}

/** When the node's data path has a tag for the new endpoint, of an agent that reads at `phase` and then by its intervals. */
async function knownAt(textAt: (at: number) => string | undefined, phase: number): Promise<number> {
  let time = phase;
  let given = "";
  const config = parseConfig(
    JSON.stringify({
      version: 1,
      fleet: "f",
      region: "r",
      datapath: "bpf",
      interface: "mirror0",
      health_port: 1,
      spool: { directory: join(folder, "spool") },
      bucket: { name: "b" },
      tool: {},
      code_bucket: "c",
      endpoints_key: "endpoints.json",
      clients_file: join(folder, "clients.json"),
      endpoints_file: join(folder, `endpoints-${phase}.json`),
    }),
  );
  const loop = await createIdentityLoop({
    config,
    fetch: (_key, etag): Promise<Fetched> => {
      const text = textAt(time);
      if (text === undefined) return Promise.resolve({ kind: "missing" });
      if (text === etag) return Promise.resolve({ kind: "same" });
      return Promise.resolve({ kind: "changed", text, etag: text });
    },
    files: () => Promise.resolve([]),
    run: (_command, _seconds, _length, input) => {
      given = input ?? "";
      return Promise.resolve({ ok: true, output: "[]" });
    },
    count: () => undefined,
    log: createLog(() => undefined),
    now: () => time,
  });
  while (time < 5 * MINUTE) {
    await loop.refreshEndpoints();
    if (given.includes(NEW.endpointId.slice(-16))) return time;
    time += config.endpoints_interval_seconds * 1000;
  }
  throw new Error("never known");
}

test("a new endpoint is known on every node within a minute, whenever it comes and whenever the node reads", async () => {
  const took: number[] = [];
  for (let second = 0; second < 120; second++) {
    const createdAt = MINUTE + second * 1000 + 1;
    const textAt = await mapOf(createdAt);
    for (const phase of [0, 3_999, 7_002]) {
      rmSync(join(folder, "spool/index/tags.json"), { force: true });
      rmSync(join(folder, `endpoints-${phase}.json`), { force: true });
      took.push((await knownAt(textAt, phase)) - createdAt);
    }
  }
  expect(took).toHaveLength(360);
  expect(Math.max(...took)).toBeLessThan(MINUTE);
  // What the documents say of the worst is true: 30 s, a late run, a look and a read.
  expect(Math.max(...took)).toBeGreaterThan(40_000);
});
