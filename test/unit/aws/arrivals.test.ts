/** The bucket of arrivals against what others may put there. */
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { gunzipSync, gzipSync } from "node:zlib";
import { listLists, listNodes } from "../../../functions/aws/arrivals/bucket.js";
import { readPacked, writePacked } from "../../../functions/aws/arrivals/packed.js";
import { limits } from "../../../functions/core/arrival/limits.js";

const client = new S3Client({ region: "eu-west-1" });
const AT = new Date("2026-11-29T08:00:00Z");

/** As S3 lists: sorted, after a key, a page at a time. */
function bucketOf(keys: readonly string[]) {
  const mock = mockClient(S3Client);
  const sorted = [...keys].sort();
  const pages: (string | undefined)[] = [];
  mock.on(ListObjectsV2Command).callsFake(({ Prefix = "", StartAfter = "", MaxKeys = 1000 }) => {
    pages.push(StartAfter as string);
    const found = sorted.filter((key) => key.startsWith(Prefix as string) && key > (StartAfter as string));
    const Contents = found.slice(0, MaxKeys as number).map((Key) => ({ Key }));
    return { Contents, IsTruncated: found.length > Contents.length };
  });
  return { pages };
}

test("a node is who its key says, and what is no node's key is nobody's", async () => {
  bucketOf([
    "nodes/AROAEXAMPLEID:i-0123456789abcdef0.json.gz",
    "nodes/other",
    "nodes/AROAEXAMPLEID:i-.json.gz",
    "sources/x",
  ]);
  expect(await listNodes(client, "arrivals")).toEqual([
    { key: "nodes/AROAEXAMPLEID:i-0123456789abcdef0.json.gz", node: "i-0123456789abcdef0" },
  ]);
});

test("an account that puts thousands of lists hides nobody's", async () => {
  const flood = Array.from({ length: 5000 }, (_, i) => `sources/111122223333/list-${String(i)}.json.gz`);
  const { pages } = bucketOf([
    ...flood,
    "sources/444455556666/mirror.json.gz",
    "sources/444455556666/.hidden/x",
  ]);
  const { lists, refused } = await listLists(client, "arrivals");
  expect(lists.filter(({ account }) => account === "111122223333")).toHaveLength(limits.accountFiles);
  expect(lists.at(-1)).toEqual({
    key: "sources/444455556666/mirror.json.gz",
    account: "444455556666",
    controller: "mirror",
  });
  expect(refused).toBeGreaterThan(0);
  expect(pages).toHaveLength(2);
});

test("as many accounts as there are are read, page by page", async () => {
  const keys = Array.from(
    { length: 2500 },
    (_, i) => `sources/${String(100_000_000_000 + i)}/mirror.json.gz`,
  );
  bucketOf(keys);
  const { lists, refused } = await listLists(client, "arrivals");
  expect([lists.length, refused]).toEqual([2500, 0]);
});

const answerOf = (bytes: Uint8Array, length: number | undefined = bytes.length) => {
  const mock = mockClient(S3Client);
  const Body = { transformToByteArray: () => Promise.resolve(bytes) } as never;
  mock.on(GetObjectCommand).resolves({ Body, LastModified: AT, ContentLength: length });
  return readPacked(client, "arrivals", "key");
};

test("an object is read with S3's time", async () => {
  expect(await answerOf(gzipSync("text"))).toEqual({ at: AT.getTime(), text: "text" });
});
test.each([
  ["no gzip", Buffer.from("text"), undefined],
  ["one that unpacks to more than it may", gzipSync(Buffer.alloc(limits.textBytes + 1)), undefined],
  ["one larger than it may be", gzipSync("text"), limits.fileBytes + 1],
])("%s is an object without text", async (_, bytes, length) => {
  expect(await answerOf(bytes, length)).toEqual({ at: AT.getTime(), text: undefined });
});

test.each([403, 404])("%i says that there is none, and anything else is an error", async (status) => {
  const mock = mockClient(S3Client);
  mock
    .on(GetObjectCommand)
    .rejects(Object.assign(new Error("no"), { $metadata: { httpStatusCode: status } }));
  expect(await readPacked(client, "arrivals", "key")).toBeUndefined();
  mock.on(GetObjectCommand).rejects(Object.assign(new Error("slow"), { $metadata: { httpStatusCode: 503 } }));
  await expect(readPacked(client, "arrivals", "key")).rejects.toThrow("slow");
});

test("what is written is packed", async () => {
  const mock = mockClient(S3Client);
  mock.on(PutObjectCommand).resolves({});
  await writePacked(client, "arrivals", "key", "text");
  const { Body } = mock.commandCalls(PutObjectCommand)[0]?.args[0].input ?? {};
  expect(gunzipSync(Body as Buffer).toString()).toBe("text");
});
