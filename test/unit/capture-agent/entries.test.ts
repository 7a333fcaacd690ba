/** One account that makes and deletes endpoints must not take the room of everybody's entries in the data path. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parseEndpoints, parseGone } from "../../../functions/capture-agent/config.js";
import { entriesOf, idDigits, ROOM, sending } from "../../../functions/capture-agent/core/entries.js";
import { nextTags, type Tag } from "../../../functions/capture-agent/core/tags.js";
import { emptyMap, nextMap, type EndpointMap } from "../../../functions/core/endpoint-map.js";

const HOUR = 3600_000;
const START = Date.parse("2026-11-29T00:00:00Z");
const vpce = (n: number): string => `vpce-0${n.toString(16).padStart(16, "0")}`;
const NODE = join(import.meta.dirname, "../../../modules/capture-fleet/node");

test("room is what the data path's map has", () => {
  const source = readFileSync(join(NODE, "bpf/decap.bpf.c"), "utf8");
  expect(/MAP\(tm_tags_1, \w+, (\d+),/.exec(source)?.[1]).toBe(String(ROOM));
});

test("endpoints that are replaced for a week have no entries when they are gone", () => {
  const churning = "111122223333";
  let map: EndpointMap = emptyMap;
  let now = START;
  for (let day = 0; day < 7; day++) {
    const connections = Array.from({ length: 500 }, (_, n) => ({
      endpointId: vpce(day * 500 + n),
      account: churning,
    }));
    now = START + day * 24 * HOUR;
    map = nextMap(map, connections, now);
  }
  const text = JSON.stringify(map);
  const [endpoints, gone] = [parseEndpoints(text), parseGone(text)];
  expect(endpoints.size).toBe(3500); // files of theirs may still wait to be filed
  const register = { churn: { account_id: churning, vnis: { main: 1 } } };
  const time = { now, oldestFrame: now, remembered: 0, inForce: true };
  const { tags } = nextTags([], { register, endpoints, unmapped: [], ...time });
  // A list of EC2's may have left them out by mistake: not for longer than this.
  expect(entriesOf(tags, sending(endpoints, gone, now + 1000)).entries).toHaveLength(2 * 1000);
  const later = entriesOf(tags, sending(endpoints, gone, now + HOUR)).entries;
  expect(later.map(([digits]) => digits).sort()).toEqual(
    Array.from({ length: 1000 }, (_, n) => idDigits(vpce(3000 + Math.floor(n / 2)))),
  );
});

test("however many endpoints and VNIs an account has, the others have all of theirs, and what has no room is said", () => {
  const account = fc.record({ endpoints: fc.nat({ max: 30 }), vnis: fc.nat({ max: 6 }) });
  fc.assert(
    fc.property(
      fc.array(account, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 0, max: 200 }),
      (all, room) => {
        const tags: Tag[] = [];
        const endpoints = new Map<string, string>();
        for (const [n, { endpoints: its, vnis }] of all.entries()) {
          for (let vni = 0; vni <= vnis; vni++) {
            tags.push({ tag: tags.length + 1, identity: { account: `${n}`, vni: vni === 0 ? null : vni } });
          }
          for (let of = 0; of < its; of++) endpoints.set(vpce(endpoints.size), `${n}`);
        }
        const { entries, without } = entriesOf(tags, endpoints, room);
        const ownerOf = new Map([...endpoints].map(([id, owner]) => [idDigits(id), owner]));
        const given = all.map((_, n) => entries.filter(([digits]) => ownerOf.get(digits) === `${n}`).length);
        const needs = all.map((each) => each.endpoints * (each.vnis + 1));
        const total = needs.reduce((sum, need) => sum + need, 0);
        expect(entries.length + without).toBe(total);
        expect(entries.length).toBeLessThanOrEqual(room);
        expect(new Set(entries.map(([digits, vni]) => `${digits}/${vni}`)).size).toBe(entries.length);
        if (total <= room) expect(without).toBe(0);
        // Who lacks any has no fewer than anybody else.
        const most = Math.max(...given);
        for (const [n, need] of needs.entries()) expect(given[n]).toBe(Math.min(need, most));
        // Room for one entry more of each is not left unused.
        if (without > 0) expect(room - entries.length).toBeLessThan(all.length);
      },
    ),
  );
});

test("whose an endpoint's packets are comes before which VNI they have", () => {
  const identity = (vni: number | null) => ({ account: "1", vni });
  const tags = [5, null, 6].map((vni, n) => ({ tag: n + 1, identity: identity(vni) }));
  const { entries } = entriesOf(tags, new Map([vpce(1), vpce(2)].map((id) => [id, "1"])), 3);
  expect(entries.map(([, vni]) => vni)).toEqual([null, null, 5]);
});

describe("bin/tags", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tags-"));
    copyFileSync(join(NODE, "bin/tags"), join(folder, "tags.py"));
    // The kernel's hash map in a file: the one thing that matters here is that a full one refuses what is new.
    writeFileSync(
      join(folder, "bpf_maps.py"),
      `import errno, json, os
FOLDER = os.path.dirname(__file__)
FILE = FOLDER + "/map.json"
def opened(name):
    return name
def read():
    return {bytes.fromhex(key): bytes.fromhex(value) for key, value in json.load(open(FILE)).items()}
def write(content):
    json.dump({key.hex(): value.hex() for key, value in content.items()}, open(FILE, "w"))
def entries(handle, key_size, value_size):
    return list(read().items()) if handle == "tm_tags_1" else []
def update(handle, key, value):
    content = read()
    if key not in content and len(content) >= 3:
        raise OSError(errno.E2BIG, "Argument list too long")
    write({**content, key: value})
    print(len(read()), file=open(FOLDER + "/sizes", "a"))
def delete(handle, key):
    write({each: value for each, value in read().items() if each != key})
    print(len(read()), file=open(FOLDER + "/sizes", "a"))
`,
    );
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const key = (n: number): string => n.toString(16).padStart(16, "0");
  const tell = (before: number[], after: number[]): { held: string[]; sizes: number[] } => {
    const row = (n: number): [string, string] => [`${key(n)}ffffffff`, "01000000"];
    writeFileSync(join(folder, "map.json"), JSON.stringify(Object.fromEntries(before.map(row))));
    writeFileSync(join(folder, "sizes"), "");
    const input = JSON.stringify(after.map((n) => [key(n), null, 1]));
    execFileSync("python3", [join(folder, "tags.py")], { input });
    const held = Object.keys(JSON.parse(readFileSync(join(folder, "map.json"), "utf8")) as object);
    const sizes = readFileSync(join(folder, "sizes"), "utf8").trim().split("\n").map(Number);
    return { held: held.map((each) => each.slice(0, 16)).sort(), sizes };
  };

  test("adds before it removes where there is room for both", () => {
    expect(tell([1, 2], [2, 3])).toEqual({ held: [key(2), key(3)], sizes: [3, 2] });
  });

  test("removes first what is stale where a full map refuses what is new", () => {
    expect(tell([1, 2, 3], [3, 4, 5])).toEqual({ held: [key(3), key(4), key(5)], sizes: [2, 1, 2, 3] });
  });
});
