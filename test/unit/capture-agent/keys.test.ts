import fc from "fast-check";
import { captureKey, indexKey, timesInName, timesOf } from "../../../functions/capture-agent/core/keys.js";

const place = { prefix: "", zone: "euw1-az1", node: "i-0abc" };
const digest = "ab".repeat(32);
const at = Date.parse("2026-11-21T06:59:59.999Z");

describe("the range of time that a file covers", () => {
  const written = Date.parse("2026-11-21T07:00:10Z");

  test("is that of its packets when they could be read", () => {
    const read = { first: 5, last: 9, packets: 3 };
    expect(timesOf("20261121T060000.pcap", written, read)).toEqual({ ...read, source: "packets" });
  });

  test.each([
    ["mirror-20261121T065500.pcap.zst", "2026-11-21T06:55:00Z"],
    ["mirror-20261121-065500.pcap.zst", "2026-11-21T06:55:00Z"],
    ["1795244100.log", "2026-11-21T06:55:00Z"],
  ])("begins at the time in the name %s, and ends with the last write", (name, first) => {
    expect(timesOf(`zeek/${name}`, written, undefined)).toEqual({
      first: Date.parse(first),
      last: written,
      packets: null,
      source: "name",
    });
  });

  test.each(["conn.log", "99999999T999999.pcap", "20271121T065500.pcap", "12345678901234.pcap"])(
    "is the last write when the name %s says nothing that can be true",
    (name) => {
      const times = timesOf(name, written, undefined);
      expect(times).toEqual({ first: written, last: written, packets: null, source: "written" });
    },
  );
});

test("a key names client, VNI, zone, hour and node", () => {
  const origin = { client: "bank", vni: "4098" };
  expect(
    captureKey(
      { ...place, prefix: "hub/" },
      { path: "vlan=2/zeek/conn.log.gz", origin, first: at, sha256: digest },
    ),
  ).toBe(
    "hub/captures/client=bank/vni=4098/zone=euw1-az1/date=2026-11-21/hour=06/node=i-0abc/zeek/conn-abababababab.log.gz",
  );
  expect(indexKey(place, { hour: "date=2026-11-21/hour=06", writtenAt: 12, sha256: digest })).toBe(
    "index/date=2026-11-21/hour=06/euw1-az1-i-0abc-12-abababababab.jsonl",
  );
});

test("what the splitter puts into a name is read from it, and not part of the key", () => {
  const path = "20261121T065500-w0.vlan=17,packets=3,first=1000,last=2000.pcap.zst";
  expect(timesInName(path)).toEqual({ packets: 3, first: 1000, last: 2000 });
  expect(timesInName("20261121T065500-w0.vlan=17.pcap.zst")).toBeUndefined();
  const key = (name: string) =>
    captureKey(place, { path: name, origin: { client: "bank", vni: "other" }, first: at, sha256: digest });
  expect(key(path)).toBe(
    "captures/client=bank/vni=other/zone=euw1-az1/date=2026-11-21/hour=06/node=i-0abc/20261121T065500-w0-abababababab.pcap.zst",
  );
  expect(key("20261121T065500-w0.vlan=17.pcap")).toMatch(/\/20261121T065500-w0-abababababab\.pcap$/);
});

test("a key is safe and short, whatever a tool calls its files, and differs when the content does", () => {
  const hex = fc.string({ unit: fc.constantFrom("0", "1", "7", "a", "f"), minLength: 64, maxLength: 64 });
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 300 }), hex, hex, (path, one, other) => {
      const key = (sha: string) =>
        captureKey(place, { path, origin: { client: "bank", vni: "7" }, first: at, sha256: sha });
      expect(key(one)).toMatch(/^[A-Za-z0-9._=/-]+$/);
      expect(key(one).length).toBeLessThan(1024);
      expect(key(one) === key(other)).toBe(one.slice(0, 12) === other.slice(0, 12));
    }),
  );
});
