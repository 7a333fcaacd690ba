/** The tags of a node through what goes wrong: a data path that takes none, a disk without room, an agent that starts again. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fetched } from "../../../functions/capture-agent/aws/bucket.js";
import { parseConfig } from "../../../functions/capture-agent/config.js";
import type { EventName } from "../../../functions/capture-agent/core/metrics.js";
import type { SpoolFile } from "../../../functions/capture-agent/core/spool.js";
import type { Tag } from "../../../functions/capture-agent/core/tags.js";
import { createIdentityLoop } from "../../../functions/capture-agent/identity-loop.js";
import { createLog } from "../../../functions/capture-agent/system/log.js";

let folder = "";
let now = 1_800_000_000_000;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "identity-"));
  mkdirSync(join(folder, "spool/index"), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const both = {
  bank: { account_id: "111122223333", vnis: { main: 101 } },
  shop: { account_id: "444455556666", vnis: {} },
};
const endpoints = { "vpce-00000000000000b01": { account: "111122223333" } };
const file = (tag: number): SpoolFile => ({ path: `x.vlan=${tag}.pcap`, bytes: 1, writtenAt: now });
const ledger = (): Tag[] => JSON.parse(readFileSync(join(folder, "spool/index/tags.json"), "utf8")) as Tag[];

interface Answer {
  ok: boolean;
  output: string;
}

async function start(
  clients: object,
  answer: () => Answer | Promise<Answer>,
  files: SpoolFile[] = [],
  fetch: (key: string) => Promise<Fetched> = () => Promise.resolve({ kind: "missing" }),
) {
  writeFileSync(join(folder, "clients.json"), JSON.stringify(clients));
  writeFileSync(join(folder, "endpoints.json"), JSON.stringify({ version: 1, endpoints }));
  const counts: Partial<Record<EventName, number>> = {};
  const said: string[] = [];
  const given: string[] = [];
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
      endpoints_file: join(folder, "endpoints.json"),
    }),
  );
  const loop = await createIdentityLoop({
    config,
    fetch,
    files: () => Promise.resolve(files),
    run: (_command, _seconds, _length, input) => {
      given.push(input ?? "");
      return Promise.resolve(answer());
    },
    count: (name, by) => void (counts[name] = (counts[name] ?? 0) + by),
    log: createLog((line) => void said.push(line)),
    now: () => now,
  });
  return { loop, counts, said, given };
}
const fine = () => ({ ok: true, output: "[]" });

test("tags are on disk before the data path has them, and the same after a restart of the agent", async () => {
  let onDisk = 0;
  const first = await start(both, () => {
    onDisk = ledger().length;
    return fine();
  });
  await first.loop.giveTags();
  expect(onDisk).toBe(3);
  expect(JSON.parse(first.given[0] ?? "")).toEqual([
    ["0000000000000b01", null, 1],
    ["0000000000000b01", 101, 2],
  ]);
  const again = await start(both, fine);
  await again.loop.giveTags();
  expect(again.given).toEqual(first.given);
  expect(again.loop.origin(file(2), false)).toEqual({ client: "bank", vni: "101" });
});

test("a data path that takes no tags is said once and counted each time, and no tag is freed meanwhile", async () => {
  await (await start(both, fine)).loop.giveTags();
  // The bank leaves, and its files have all gone.
  const { shop } = both;
  const broken = await start({ shop }, () => ({ ok: false, output: "Permission denied" }));
  for (let n = 0; n < 3; n++) {
    now += 3600_000;
    await broken.loop.giveTags();
  }
  expect(broken.counts.TagMapFailures).toBe(3);
  expect(broken.said.filter((line) => line.includes("Permission denied"))).toHaveLength(1);
  expect(ledger().filter(({ retiredAt }) => retiredAt !== undefined)).toHaveLength(2);
  // Told at last: from now on they rest.
  const mended = await start({ shop }, fine);
  await mended.loop.giveTags();
  const told = now;
  now += 3600_000;
  await mended.loop.giveTags();
  expect(ledger().map(({ retiredAt }) => retiredAt)).toEqual([told, told, undefined]);
});

test("a new map is told to the data path at once, behind what is being told, and the same map not again", async () => {
  const more = { ...endpoints, "vpce-00000000000000c01": { account: "444455556666" } };
  let fetched: Fetched = {
    kind: "changed",
    text: JSON.stringify({ version: 1, endpoints: more }),
    etag: "1",
  };
  let answered = (): void => undefined;
  let slow = true;
  let running = 0;
  const node = await start(
    both,
    async () => {
      running += 1;
      if (slow) await new Promise<void>((resolve) => (answered = resolve));
      expect(running).toBe(1);
      running -= 1;
      return fine();
    },
    [],
    () => Promise.resolve(fetched),
  );
  const first = node.loop.giveTags();
  while (running === 0) await new Promise((resolve) => setImmediate(resolve));
  const second = node.loop.refreshEndpoints();
  await new Promise((resolve) => setTimeout(resolve, 50));
  slow = false;
  answered();
  await Promise.all([first, second]);
  expect(node.given.map((text) => text.includes("0000000000000c01"))).toEqual([false, true]);
  fetched = { kind: "same" };
  await node.loop.refreshEndpoints();
  expect(node.given).toHaveLength(2);
});

test("a list of tags that cannot be written changes nothing in the data path, and is counted", async () => {
  const { loop, counts, given } = await start(both, fine);
  rmSync(join(folder, "spool/index"), { recursive: true });
  await expect(loop.giveTags()).rejects.toThrow("ENOENT");
  expect([counts.TagMapFailures, given]).toEqual([1, []]);
});

test("what the data path did not know is counted, and an endpoint of nobody's gets a tag to be told by later", async () => {
  const strays = [
    ["0000000000000b01", 9, 5],
    ["00000000000000ff", 9, 7],
  ];
  const { loop, given, counts } = await start(both, () => ({ ok: true, output: JSON.stringify(strays) }));
  await loop.giveTags();
  await loop.giveTags();
  expect(given.at(-1)).toContain('["00000000000000ff",null,4]');
  expect(loop.origin(file(4), false)).toBe("wait");
  strays[1] = ["00000000000000ff", 9, 17];
  await loop.giveTags();
  expect([counts.PacketsUnknownEndpoint, counts.PacketsForeignVni]).toEqual([10, 0]);
});

test("a map of endpoints that is not there or must not be read is said once, counted each time, and the last one stays", async () => {
  let fetch = (): Promise<Fetched> => Promise.resolve({ kind: "missing" });
  const { loop, counts, said, given } = await start(both, fine, [], () => fetch());
  await loop.refreshEndpoints();
  fetch = () => Promise.reject(new Error("ETIMEDOUT"));
  await loop.refreshEndpoints();
  expect(counts.RegisterUnread).toBe(2);
  expect(said.filter((line) => line.includes("cannot be read"))).toEqual([
    expect.stringContaining('"key":"endpoints.json"'),
  ]);
  await loop.giveTags();
  expect(given.at(-1)).toContain("0000000000000b01");
  fetch = () => Promise.resolve({ kind: "same" });
  await loop.refreshEndpoints();
  expect(counts.RegisterUnread).toBe(2);
  fetch = () => Promise.resolve({ kind: "missing" });
  await loop.refreshEndpoints();
  expect(said.filter((line) => line.includes("cannot be read"))).toHaveLength(2);
});

test("an endpoint that has been gone for a while loses its entries, and its files their owner not", async () => {
  const text = (gone: object) =>
    JSON.stringify({
      version: 1,
      endpoints: { "vpce-00000000000000b01": { account: "111122223333", ...gone } },
    });
  let at = "1";
  let content = text({});
  const { loop, given } = await start(both, fine, [], () =>
    Promise.resolve({ kind: "changed", text: content, etag: at }),
  );
  await loop.refreshEndpoints();
  expect(given.at(-1)).toContain("0000000000000b01");
  content = text({ gone: new Date(now - 3600_000).toISOString() });
  at = "2";
  await loop.refreshEndpoints();
  expect(given.at(-1)).toBe("[]");
  expect(loop.origin(file(2), false)).toEqual({ client: "bank", vni: "101" });
});
