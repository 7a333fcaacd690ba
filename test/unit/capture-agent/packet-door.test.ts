/** The node's own S3, as Arkime's writer-s3 speaks to it: what it takes in is in the spool, and what it cannot is counted. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EventName } from "../../../functions/capture-agent/core/metrics.js";
import { ownKey } from "../../../functions/capture-agent/core/keys.js";
import { createLog } from "../../../functions/capture-agent/system/log.js";
import { servePackets } from "../../../functions/capture-agent/system/packet-door.js";
import { listFiles } from "../../../functions/capture-agent/system/spool-files.js";

const KEY = "node-1/000001-261129-00000001.pcap.zst";
let spool = "";
let door: { close(): void } | undefined;
let base = "";
let counts: Partial<Record<EventName, number>> = {};

const freePort = async (): Promise<number> => {
  const probe = http.createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
};

async function openDoor(patienceMs?: number): Promise<void> {
  const port = await freePort();
  base = `http://127.0.0.1:${port}`;
  counts = {};
  door = await servePackets({
    spool,
    port,
    bucket: "packets",
    count: (name, by) => void (counts[name] = (counts[name] ?? 0) + by),
    log: createLog(() => undefined),
    ...(patienceMs !== undefined && { patienceMs }),
  });
}

beforeEach(() => {
  spool = mkdtempSync(join(tmpdir(), "packet-door-"));
  for (const folder of ["open", "done"]) mkdirSync(join(spool, folder));
});
afterEach(() => {
  door?.close();
  rmSync(spool, { recursive: true, force: true });
});

const call = (method: string, path: string, body?: string): Promise<Response> =>
  fetch(`${base}${path}`, { method, ...(body !== undefined && { body }) });
const begin = async (key = KEY): Promise<string> => {
  const text = await (await call("POST", `/packets/${key}?uploads=`)).text();
  return /<UploadId>(.*)<\/UploadId>/.exec(text)?.[1] ?? "";
};
const part = (id: string, number: number, body: string): Promise<Response> =>
  call("PUT", `/packets/${KEY}?partNumber=${number}&uploadId=${id}`, body);
const end = (id: string): Promise<Response> => call("POST", `/packets/${KEY}?uploadId=${id}`, "<Complete/>");
const done = async (): Promise<{ key: string | undefined; text: string }[]> =>
  (await listFiles(join(spool, "done"))).map(({ path }) => ({
    key: ownKey(path),
    text: readFileSync(join(spool, "done", path), "utf8"),
  }));
const nothingOpen = async (): Promise<void> =>
  expect(await listFiles(join(spool, "open"), { drafts: true })).toEqual([]);

test("parts that come at once and in any order are one file in the spool, under the key that the tool has chosen", async () => {
  await openDoor();
  const id = await begin();
  const texts = Array.from({ length: 12 }, (_, n) => `${n}`.repeat(1000 + n));
  const answers = await Promise.all(
    texts
      .map((text, n) => ({ text, number: n + 1 }))
      .reverse()
      .map(({ text, number }) => part(id, number, text)),
  );
  expect(answers.map(({ status }) => status)).toEqual(texts.map(() => 200));
  expect(new Set(answers.map(({ headers }) => headers.get("etag"))).size).toBe(12);
  expect(await done()).toEqual([]);
  expect((await end(id)).status).toBe(200);
  expect(await done()).toEqual([{ key: KEY, text: texts.join("") }]);
  await nothingOpen();
  expect(counts).toEqual({});
});

test("a second file of one key is not written over the first", async () => {
  await openDoor();
  for (const text of ["one", "two"]) {
    const id = await begin();
    await part(id, 1, text);
    await end(id);
  }
  const both = await done();
  expect(both.map(({ key }) => key)).toEqual([KEY, KEY]);
  expect(both.map(({ text }) => text).sort()).toEqual(["one", "two"]);
});

test("a part that never comes loses the rest of its file, which is counted once; what came before it is sent", async () => {
  await openDoor(100);
  const id = await begin();
  await part(id, 1, "first");
  expect((await part(id, 3, "third")).status).toBe(503);
  expect((await part(id, 4, "fourth")).status).toBe(404);
  expect((await call("DELETE", `/packets/${KEY}?uploadId=${id}`)).status).toBe(204);
  expect(await done()).toEqual([{ key: KEY, text: "first" }]);
  expect(counts).toEqual({ SpoolDroppedFiles: 1, SpoolDroppedUncounted: 1 });
});

test("a file that the tool ends with parts missing, or gives up, is counted", async () => {
  await openDoor();
  const ended = await begin();
  expect((await end(ended)).status).toBe(400);
  const givenUp = await begin();
  await part(givenUp, 1, "some");
  expect((await call("DELETE", `/packets/${KEY}?uploadId=${givenUp}`)).status).toBe(204);
  expect(counts).toEqual({ SpoolDroppedFiles: 2, SpoolDroppedUncounted: 2 });
  expect(await done()).toEqual([{ key: KEY, text: "some" }]);
  await nothingOpen();
});

test("an agent that starts again sends what was under way, and counts what comes for it afterwards", async () => {
  await openDoor();
  const id = await begin();
  await part(id, 1, "before");
  await begin("node-1/empty.pcap.zst");
  door?.close();
  await openDoor();
  expect(await done()).toEqual([{ key: KEY, text: "before" }]);
  await nothingOpen();
  for (const number of [2, 3]) expect((await part(id, number, "after")).status).toBe(404);
  expect(counts).toEqual({ SpoolDroppedFiles: 1, SpoolDroppedUncounted: 1 });
});

test("a file that a starting tool has moved out of the way is lost from then on, and its rest is counted", async () => {
  await openDoor();
  const id = await begin();
  rmSync(join(spool, "open/own-keys"), { recursive: true });
  expect((await part(id, 1, "late")).status).toBe(503);
  expect(counts).toEqual({ SpoolDroppedFiles: 1, SpoolDroppedUncounted: 1 });
});

test.each([
  ["POST", "/another/node-1/x.pcap?uploads=", 404],
  ["POST", "/packets/node-1/..%2f..%2fx?uploads=", 400],
  ["POST", "/packets/node-1/.draft?uploads=", 400],
  ["POST", "/packets/x.pcap?uploads=", 400],
  ["GET", `/packets/${KEY}`, 501],
  ["PUT", `/packets/${KEY}`, 501],
])(
  "%s %s is refused, with a body, because the writer asks on where there is none",
  async (method, path, status) => {
    await openDoor();
    writeFileSync(join(spool, "done/whole"), "");
    const response = await call(method, path, method === "GET" ? undefined : "x");
    expect([response.status, (await response.text()).includes("<Error>")]).toEqual([status, true]);
    await nothingOpen();
  },
);
