import {
  countReaders,
  defaultInterface,
  parseCounters,
  parseEthtool,
  parsePairs,
  parseSoftnet,
} from "../../../functions/capture-agent/core/kernel-text.js";

test("counters of IP and UDP are read by name, whatever their order", () => {
  const found = parsePairs(
    "Ip: Forwarding InHdrErrors InAddrErrors\nIp: 1 4 17\nUdp: InDatagrams RcvbufErrors\nUdp: 9 3\n",
  );
  expect(found.get("Ip.InAddrErrors")).toBe(17);
  expect(found.get("Udp.RcvbufErrors")).toBe(3);
  expect(found.get("Udp.InDatagrams")).toBe(9);
  expect(found.get("Udp.SndbufErrors")).toBeUndefined();
});

test("the backlog's drops and squeezes are hexadecimal and summed over CPUs", () => {
  const text = "0000ac31 0000000a 00000001 00000000\n0000ac31 00000010 00000002 00000000\n";
  expect(parseSoftnet(text)).toEqual({ dropped: 26, squeezed: 3 });
});

const packet = `sk               RefCnt Type Proto  Iface R Rmem   User   Inode
ffff8a0b 3      3    0003   7     1 0      0      1001
ffff8a0c 3      3    0003   2     1 0      0      1002
ffff8a0d 3      3    88cc   7     1 0      998    1003
ffff8a0e 3      2    0800   7     1 0      0      1004
`;

test("readers are the sockets that sniff the interface, not LLDP and not other interfaces", () => {
  expect(countReaders(packet, 7)).toBe(2);
  expect(countReaders(packet, 2)).toBe(1);
  expect(countReaders(packet, 9)).toBe(0);
});

test("the outer interface is the default route's with the lowest metric", () => {
  const route = `Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
eth1\t00000000\t0100000A\t0003\t0\t0\t200\t00000000\t0\t0\t0
ens5\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0
ens5\t0000000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
`;
  expect(defaultInterface(route)).toBe("ens5");
  expect(defaultInterface("Iface\tDestination\n")).toBeUndefined();
});

test("ENA's allowances are read from ethtool", () => {
  const found = parseEthtool("NIC statistics:\n     tx_timeout: 0\n     bw_in_allowance_exceeded: 12\n");
  expect(found.get("bw_in_allowance_exceeded")).toBe(12);
});

describe("the tool's own counters", () => {
  const places = { packets: "packets", drops: "drops", lines: false, packets_include_drops: false };

  test("are numbers of a JSON file", () => {
    expect(parseCounters('{"packets":10,"drops":2}', places)).toEqual({ packets: 10, drops: 2 });
  });

  test("of Suricata are in the last whole line of statistics, and include what it dropped", () => {
    const suricata = {
      packets: "stats.capture.kernel_packets",
      drops: "stats.capture.kernel_drops",
      lines: true,
      packets_include_drops: true,
    };
    const line = (packets: number, drops: number): string =>
      JSON.stringify({ stats: { capture: { kernel_packets: packets, kernel_drops: drops } } });
    const text = `${line(50, 1)}\n${line(100, 30)}\n{"event_type":"alert"}\n${line(200, 60).slice(0, 30)}`;
    expect(parseCounters(text, suricata)).toEqual({ packets: 70, drops: 30 });
  });

  test.each(["", "{", '{"packets":"10"}', "null", "[1]"])("are not there in %j", (text) => {
    expect(parseCounters(text, places)).toBeUndefined();
  });
});
