import fc from "fast-check";
import { captureKey, indexKey, originOf, timesOf } from "../../../functions/capture-agent/core/keys.js";

const place = { prefix: "", zone: "euw1-az1", node: "i-0abc" };
const register = {
  "1": { client: "shop" },
  "4097": { client: "bank" }, // 4097 & 0xfff = 1
  "4098": { client: "bank" },
  "5": { client: "shop" },
};
const digest = "ab".repeat(32);
const at = Date.parse("2026-11-21T06:59:59.999Z");

describe("whose packets a file holds", () => {
  test.each([
    ["trace.pcap.gz", "all", "all"],
    ["vni=4098/trace.pcap", "bank", "4098"],
    ["vni=77/trace.pcap", "unknown", "77"],
    ["zeek/vlan=2/conn.log", "bank", "4098"],
    ["vlan=5/conn.log", "shop", "5"],
    ["vlan=9/conn.log", "unknown", "vlan-9"],
    ["vlan=1/conn.log", "unknown", "vlan-1"],
    ["vni=5-not-a-folder.pcap", "all", "all"],
  ])("%s: client %s, VNI %s", (path, client, vni) => {
    expect(originOf(path, register)).toEqual({ client, vni });
  });

  test("twelve bits that fit two VNIs of one client name the client and not the VNI", () => {
    const one = { "1": { client: "shop" }, "4097": { client: "shop" } };
    expect(originOf("vlan=1/x", one)).toEqual({ client: "shop", vni: "vlan-1" });
  });
});

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

test("a key is safe and short, whatever a tool calls its files, and differs when the content does", () => {
  const hex = fc.string({ unit: fc.constantFrom("0", "1", "7", "a", "f"), minLength: 64, maxLength: 64 });
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 300 }), hex, hex, (path, one, other) => {
      const key = (sha: string) =>
        captureKey(place, { path, origin: originOf(path, register), first: at, sha256: sha });
      expect(key(one)).toMatch(/^[A-Za-z0-9._=/-]+$/);
      expect(key(one).length).toBeLessThan(1024);
      expect(key(one) === key(other)).toBe(one.slice(0, 12) === other.slice(0, 12));
    }),
  );
});
