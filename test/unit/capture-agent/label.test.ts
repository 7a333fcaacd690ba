/** Every .log and .json passes through here: what is no UTF-8, or no JSON, must leave as the tool wrote it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { labelled, UnknownYet } from "../../../functions/capture-agent/core/labels.js";
import { labelFile } from "../../../functions/capture-agent/system/label.js";

let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "label-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const owner = () => ({ client: "shop", vni: "7" });
const FRONT = '{"client":"shop","vni":"7",';

/** What a file holds after it was labelled. */
async function through(bytes: Buffer, name = "tool.log"): Promise<Buffer> {
  const path = join(folder, name);
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(bytes) : bytes);
  await labelFile(path, (line) => labelled(line, owner));
  return name.endsWith(".gz") ? gunzipSync(readFileSync(path)) : readFileSync(path);
}

test.each([
  ["bytes that are no UTF-8, and CR LF", "757365723de90d0a6c6173740d0a"], // "user=\xe9", CR LF, "last", CR LF
  ["no line feed at its end", Buffer.from("one\nhalf").toString("hex")],
  ["carriage returns alone, and a line separator of Unicode", Buffer.from("a\rb\u2028c\n").toString("hex")],
  ["nothing", ""],
])("a file keeps %s", async (_, hex) => {
  expect((await through(Buffer.from(hex, "hex"))).toString("hex")).toBe(hex);
});

test.each(["tool.log", "eve.json.gz"])(
  "in %s a line that is labelled gets its front and keeps its bytes",
  async (name) => {
    const line = Buffer.from("7b22766c616e223a372c2275736572223a22e9227d0d0a", "hex"); // {"vlan":7,"user":"\xe9"}, CR LF
    expect(await through(Buffer.concat([line, line]), name)).toEqual(
      Buffer.concat([Buffer.from(FRONT), line.subarray(1), Buffer.from(FRONT), line.subarray(1)]),
    );
  },
);

test("whatever the bytes, a file longer than what is read at once loses and gains nothing but fronts", async () => {
  const pieces = fc.constantFrom("\n", "\r", '{"vlan":7}', "\xe9", "\0", "{", "x".repeat(70_000));
  await fc.assert(
    fc.asyncProperty(fc.array(pieces, { maxLength: 12 }), async (text) => {
      const bytes = Buffer.from(text.join(""), "latin1");
      const after = (await through(bytes)).toString("latin1").replaceAll(FRONT, "{");
      expect(after === bytes.toString("latin1")).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test.each([
  ['{"ts":1,"uid":"C1","id.ctx.vlan":7,"query":"a"}', true], // Zeek 8, every log of a connection
  ['{"ts":1,"uid":"C1","vlan": 7}', true],
  ['{"vlan":[7,5],"event_type":"dns"}', true],
  // What a client sends is within a string, where its quotes are escaped.
  ['{"ts":1,"query":"\\"vlan\\":7"}', false],
  ['{"ts":1,"inner_vlan":7}', false],
])("%s", (line, has) => {
  expect(labelled(line, owner)).toBe(has ? FRONT + line.slice(1) : line);
});

test("where a line's owner is not known yet the file stays as it is, and nothing is left beside it", async () => {
  const path = join(folder, "eve.json");
  writeFileSync(path, '{"vlan":7}\n{"vlan":8}\n');
  const half = (tag: number) => (tag === 7 ? owner() : "wait");
  await expect(labelFile(path, (line) => labelled(line, half))).rejects.toThrow(new UnknownYet(8));
  expect([readFileSync(path, "utf8"), readdirSync(folder)]).toEqual([
    '{"vlan":7}\n{"vlan":8}\n',
    ["eve.json"],
  ]);
});
