/**
 * The data path, with the files that a node gets: the BPF data path in network namespaces of this machine, the kernel's in
 * a virtual machine with Debian 12's kernel and programs, or Debian 13's (machines.ts). Needs root; reports/dataplane
 * holds what was seen.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { tagIn } from "../../functions/capture-agent/core/tags.js";
import { arrivalsIn, arrivalsOf, byName, rowsIn, scanned, type Summary } from "./support/arrivals.js";
import { badInputs, type Way } from "./support/bad-input.js";
import { inputFolder, playHere, playInMachine, prepare, systemAsked } from "./support/machines.js";
import { growth, scenarioIn, type Scenario } from "./support/observations.js";
import { tagged } from "./support/packets.js";
import { readPcap, writePcap } from "./support/pcap.js";
import { manyClients, PACKETS_PER_FLOW, traffic, type Packet } from "./support/traffic.js";

const FLOWS = 600;
const packets = traffic(FLOWS);
const CLIENTS = 200;
const clients = manyClients(CLIENTS + 2);
const SENT = FLOWS * PACKETS_PER_FLOW;
/** More than the map of sources has places for. */
const SCANNED = 70_000;

const common = ["lifecycle", "flows", "bad", "unguarded", "stopped-reader", "arrivals"];
const onlyHere = [
  "clients",
  "no-maps",
  "no-count",
  "scan",
  "no-guard",
  "stopped-tool",
  "small-mtu",
  "no-program",
  "slow-socket",
  "suricata",
];
const flaps = ["link-flap", "link-flap-late", "link-lost"];
const onlyKernel = ["inner-protocol", "route", "reverse-path", "backlog"];

let folders: Record<Way, string>;
const system = systemAsked();

beforeAll(async () => {
  await prepare(system);
  const input = await inputFolder("input", packets);
  writePcap(
    join(input, "clients.pcap"),
    clients.map(({ wire }) => wire),
  );
  writePcap(
    join(input, "scan.pcap"),
    scanned(SCANNED).map(({ wire }) => wire),
  );
  // A tag for each client, one more for every other one's own VNI, and none for the last two.
  const entries = Array.from({ length: CLIENTS }, (_, client) => {
    const endpoint = BigInt(client + 1)
      .toString(16)
      .padStart(16, "0");
    const own = [endpoint, 1000 + client, 1000 + client];
    return [[endpoint, null, 1 + client], ...(client % 2 === 0 ? [own] : [])];
  });
  writeFileSync(join(input, "tags.json"), JSON.stringify(entries.flat()));
  const [here, machine] = await Promise.all([
    playHere("namespaces", input, { bpf: [...common, ...onlyHere, ...flaps] }),
    playInMachine("machine", input, { kernel: [...common, ...onlyKernel] }, system),
  ]);
  folders = { bpf: join(here, "bpf"), kernel: join(machine, "kernel") };
});

const play = (way: Way, name: string): Scenario => {
  const scenario = scenarioIn(folders[way], name);
  // A scenario that came to no end proves nothing.
  expect([name, scenario.text("failed"), scenario.text("failed") === "" ? "" : scenario.text("log")]).toEqual(
    [name, "", ""],
  );
  return scenario;
};

/** The tag that the data path puts on what it was not told of. */
const NOBODY = 0;
/** As a reader that adds the VLAN tag which the kernel keeps beside the packet (tcpdump, libpcap) sees it. */
const seen = (way: Way, { inner }: Pick<Packet, "inner">): Buffer =>
  way === "bpf" ? tagged(inner, NOBODY) : inner;

const sorted = (frames: readonly Buffer[]): string[] => frames.map((frame) => frame.toString("hex")).sort();

/** Which flows have packets in more than one of the files. */
const split = (files: readonly (readonly Buffer[])[]): number[] => {
  const flowOf = new Map(packets.map(({ inner, flow }) => [inner.toString("hex"), flow]));
  const homes = new Map<number, Set<number>>();
  files.forEach((frames, file) => {
    for (const frame of frames) {
      const flow = flowOf.get(frame.toString("hex")) ?? -1;
      homes.set(flow, (homes.get(flow) ?? new Set()).add(file));
    }
  });
  return [...homes].filter(([, found]) => found.size > 1).map(([flow]) => flow);
};

describe.each<Way>(["bpf", "kernel"])("the %s way", (way) => {
  const before = way === "kernel" ? "geneve0.rx_packets" : "decap0.tx_packets";

  test("can be set up, checked, repaired and removed, each repeatedly", () => {
    const { code, text } = play(way, "lifecycle");
    expect(["up", "up-again", "after", "repair", "repaired", "down", "down-again"].map(code)).toEqual([
      0, 0, 0, 0, 0, 0, 0,
    ]);
    expect(["before", "broken", "gone"].map(code)).toEqual([1, 1, 1]);
    expect(text("second-index")).toBe(text("first-index"));
    expect(text("broken.txt")).toBe("the interface mirror0 is down\n");
    expect(text("left")).not.toMatch(/mirror0|geneve0|decap0|traffic_mirror|6081/);
  });

  test("lets the probe's packet through, and only while it works", () => {
    const { code, text } = play(way, "lifecycle");
    expect(["probe", "probe-broken", "probe-repaired"].map(code)).toEqual([0, 1, 0]);
    expect(text("probe-broken.txt")).toMatch(/^traffic-mirror: the probe has failed: /m);
  });

  test("merges no packets, is wide enough, and opens no port but GENEVE's and VXLAN's", () => {
    const { text } = play(way, "lifecycle");
    for (const name of ["eth0", "mirror0"]) {
      expect(text(`${name}.offloads`)).toMatch(/generic-receive-offload: off/);
      expect(text(`${name}.offloads`)).toMatch(/large-receive-offload: off/);
    }
    const links = JSON.parse(text("links.json")) as { ifname: string; mtu: number }[];
    expect(links.find(({ ifname }) => ifname === "mirror0")?.mtu).toBe(9000);
    const ports = text("listening")
      .trim()
      .split("\n")
      .filter(Boolean)
      .map((line) => /:(\d+)\s/.exec(line)?.[1]);
    expect(ports.filter((port) => port !== "6081" && port !== "4789")).toEqual([]);
  });

  test("accounts for every packet at every hop", () => {
    const scenario = play(way, "flows");
    const grown = scenario.grown();
    expect(grown["eth0.rx_packets"]).toBe(SENT);
    expect(grown[before]).toBe(SENT);
    expect(grown["mirror0.rx_packets"]).toBe(SENT);
    expect(grown["firewall.mirrored"]).toBe(SENT);
    expect(Object.keys(grown).filter((name) => /refused|dropped|errors/.test(name))).toEqual([]);
    expect(scenario.text("mirror0.pcap.log")).toContain(`${SENT} packets captured\n`);
  });

  test("gives back every frame byte for byte", () => {
    const frames = readPcap(join(play(way, "flows").folder, "mirror0.pcap"));
    expect(sorted(frames)).toEqual(sorted(packets.map((packet) => seen(way, packet))));
  });

  test("splits no flow over the readers of a fanout group", () => {
    const scenario = play(way, "flows");
    const files = scenario.files("fanout").map((file) => readPcap(file));
    expect(scenario.text("fanout.drops")).toBe("0\n");
    expect(files.filter(({ length }) => length > 0).length).toBe(4);
    // A reader without libpcap does not see the tag that stands beside the packet.
    expect(sorted(files.flat())).toEqual(sorted(packets.map(({ inner }) => inner)));
    expect(split(files)).toEqual([]);
  });

  /** The tag comes off with the splitting. */
  const untagged = (path: string): Buffer[] => {
    const frames = readPcap(path);
    const whole = way === "bpf" && tagIn(path.slice(path.lastIndexOf("/") + 1)) === undefined;
    return whole ? frames.map((frame) => Buffer.concat([frame.subarray(0, 12), frame.subarray(16)])) : frames;
  };

  test("splits no flow over the built-in tool's workers, whose finished files hold everything", () => {
    const scenario = play(way, "flows");
    // Where files of an earlier start wait for their compression.
    expect(scenario.files("spool/open").filter((path) => !path.endsWith("/open/waiting"))).toEqual([]);
    expect(scenario.files("spool/open/waiting")).toEqual([]);
    const finished = scenario.files("spool/done");
    // What a stop has no time for is left whole to the agent.
    const facts = way === "bpf" ? /([.]vlan=0,packets=\d+,first=\d+,last=\d+)?/.source : "";
    const named = new RegExp(`/\\d{8}T\\d{6}-w[0-3](-\\d+)?${facts}[.]pcap([.]zst)?$`);
    expect(finished.filter((name) => !named.test(name))).toEqual([]);
    const workers = [0, 1, 2, 3].map((worker) =>
      finished.filter((name) => name.includes(`-w${worker}`)).flatMap(untagged),
    );
    expect(workers.filter(({ length }) => length > 0).length).toBe(4);
    expect(sorted(workers.flat())).toEqual(sorted(packets.map(({ inner }) => inner)));
    expect(split(workers)).toEqual([]);
    expect(JSON.parse(scenario.text("counters.json"))).toEqual({ packets: SENT, drops: 0 });
  });

  describe("bad input", () => {
    // One capture over all of them; how many frames each gave is the difference of the counter.
    const order = [...badInputs].sort((a, b) => (a.name < b.name ? -1 : 1));

    test.each(order)("$name", ({ name, fate, inner }) => {
      const scenario = play(way, "bad");
      const index = order.findIndex((other) => other.name === name);
      const labels = ["0-start", ...order.map((other) => other.name)];
      const grown = growth(scenario.counters(labels[index] ?? ""), scenario.counters(name));
      const start = scenario.counters(labels[index] ?? "")["firewall.mirrored"] ?? 0;
      const count = grown["firewall.mirrored"] ?? 0;
      const frames = readPcap(join(scenario.folder, "mirror0.pcap")).slice(start, start + count);
      if (fate[way] === "mirrored") {
        const expected = inner === undefined ? [] : [seen(way, { inner })];
        expect(sorted(frames)).toEqual(sorted(expected));
      } else {
        expect(frames).toEqual([]);
        const names = Object.keys(grown);
        const wanted = fate[way].includes(".") ? fate[way] : `firewall.${fate[way]}`;
        expect({ wanted, names, found: names.includes(wanted) }).toEqual({ wanted, names, found: true });
      }
    });

    test("nothing of it reached a socket of the node, and the node works afterwards", () => {
      const { text, code } = play(way, "bad");
      expect(text("received")).toBe("0\n");
      expect([code("after"), code("probe")]).toEqual([0, 0]);
    });

    test("2,000 damaged packets are all counted by what refused them or came out", () => {
      const scenario = play(way, "bad");
      const last = order.at(-1)?.name ?? "";
      const grown = growth(scenario.counters(last), scenario.counters("zz-noise"));
      expect(grown["eth0.rx_packets"]).toBe(2000);
      const sum = (...names: string[]): number =>
        names.reduce((total, name) => total + (grown[name] ?? 0), 0);
      // In the kernel way what was accepted shows again at geneve0; the first step has to be complete. A datagram that
      // says it is longer than the packet ends before the firewall.
      const first =
        way === "bpf"
          ? sum("mirror0.rx_packets", "firewall.geneve_refused", "firewall.outside_refused")
          : sum("firewall.geneve_accepted", "firewall.geneve_refused", "firewall.outside_refused");
      expect(first).toBeGreaterThan(1000);
      expect(2000 - first).toBeLessThanOrEqual(sum("IpExt.InTruncatedPkts"));
    });

    test("without the firewall it does reach sockets: it is the firewall that keeps it from them", () => {
      const { text, code } = play(way, "unguarded");
      expect(Number(text("received"))).toBeGreaterThan(1);
      expect(code("guard")).toBe(1);
      expect(text("guard.txt")).toContain("the firewall of the node is missing");
    });
  });

  describe("what arrives", () => {
    const rows = (scenario: Scenario, name: string) => arrivalsIn(join(scenario.folder, `${name}.rows`));
    const summary = ({ text }: Scenario, name: string) => JSON.parse(text(`${name}.txt`)) as Summary;

    test("is counted by endpoint, VNI and source, packet by packet, whatever addresses clients share", () => {
      const scenario = play(way, "arrivals");
      expect(rows(scenario, "empty").size).toBe(0);
      expect(byName(rows(scenario, "flows"))).toEqual(byName(arrivalsOf(packets)));
      const both = arrivalsOf([...packets, ...clients]);
      expect(byName(rows(scenario, "clients"))).toEqual(byName(both));
      const nothing = { uncounted: 0, fragments: 0 };
      expect(summary(scenario, "clients")).toEqual({ rows: both.size, added: both.size, ...nothing });
    });

    test("is told with the seconds since its last packet", () => {
      const scenario = play(way, "arrivals");
      const ages = rowsIn(join(scenario.folder, "bad.rows")).map(([, , , , , age]) => age);
      expect(ages.filter((age) => !Number.isInteger(age) || age < 0)).toEqual([]);
      // What came first is the older one.
      const age = (name: string, address: string) =>
        rowsIn(join(scenario.folder, `${name}.rows`)).find((row) => row[2] === address)?.[5] ?? -1;
      expect(age("repaired", "172.31.1.4")).toBeGreaterThanOrEqual(age("repaired", "192.0.2.2"));
      expect(age("repaired", "192.0.2.2")).toBeGreaterThanOrEqual(0);
    });

    test("is a whole mirrored packet, over IPv4 or IPv6; of fragments only the number is known", () => {
      const scenario = play(way, "arrivals");
      const before = rows(scenario, "clients");
      const added = [...rows(scenario, "bad")].filter(([key]) => !before.has(key));
      const frames = badInputs.filter(({ name }) => name.startsWith("frame-"));
      expect(frames.length).toBeGreaterThan(5);
      expect(new Map(added.map(([key, [count]]) => [key, count]))).toEqual(
        new Map([
          ["1122334455667788 74565 172.31.0.5", frames.length],
          ["1122334455667788 16777215 172.31.0.5", 1],
          ["1122334455667788 74565 fd00::99", 1],
        ]),
      );
      const fragments = badInputs.filter(({ name }) => /(geneve|vxlan)-.*fragment/.test(name));
      expect(summary(scenario, "bad").fragments).toBe(fragments.flatMap(({ wire }) => wire).length);
    });

    test("is counted on when the data path is made anew, the probe with it", () => {
      const scenario = play(way, "arrivals");
      expect(scenario.code("probe")).toBe(0);
      const bad = rows(scenario, "bad");
      const probe = "0000000000000000 0 192.0.2.2";
      const after = rows(scenario, "repaired");
      expect(after.get(probe)?.[0]).toBe(1);
      expect(byName(after).filter(([key]) => key !== probe)).toEqual(byName(bad));
    });

    test("is not counted where nobody wants it, which is not told as silence", () => {
      const { code, text } = play(way, "arrivals");
      expect([code("off"), text("off.txt")]).toEqual([
        1,
        "traffic-mirror: the program that counts what arrives is not attached (network up says why)\n",
      ]);
      expect(text("filters")).not.toContain("count.bpf.o");
    });
  });

  describe("packet counts", () => {
    test("a reader that stands still shows in its own statistics and nowhere else", () => {
      const scenario = play(way, "stopped-reader");
      const log = scenario.text("mirror0.pcap.log");
      const dropped = Number(/^(\d+) packets dropped by kernel/m.exec(log)?.[1]);
      expect(dropped).toBeGreaterThan(0);
      const captured = readPcap(join(scenario.folder, "mirror0.pcap")).length;
      expect(captured + dropped).toBe(SENT);
      expect(scenario.grown()["mirror0.rx_packets"]).toBe(SENT);
    });
  });
});

describe("200 clients with the same addresses", () => {
  /** The scenario sends them twice. */
  const sent = [...clients, ...clients];
  const frames = (scenario: Scenario): Map<number, Buffer[]> => {
    const found = new Map<number, Buffer[]>();
    for (const path of scenario.files("spool/done")) {
      const tag = tagIn(path.slice(path.lastIndexOf("/") + 1)) ?? -1;
      found.set(tag, [...(found.get(tag) ?? []), ...readPcap(path)]);
    }
    return found;
  };
  const tagOf = ({ flow, vni }: Packet): number =>
    flow >= CLIENTS ? NOBODY : vni === 1000 + flow ? 1000 + flow : 1 + flow;

  test("have each frame in files of their own and in no other, whatever VNI they send", () => {
    const found = frames(play("bpf", "clients"));
    const expected = new Map<number, Buffer[]>();
    for (const packet of sent) {
      expected.set(tagOf(packet), [...(expected.get(tagOf(packet)) ?? []), packet.inner]);
    }
    const all = (files: Map<number, Buffer[]>): [number, string[]][] =>
      [...files].map(([tag, of]): [number, string[]] => [tag, sorted(of)]).sort(([a], [b]) => a - b);
    expect(all(found)).toEqual(all(expected));
    expect(found.size).toBe(CLIENTS + 1);
  });

  test("and what had no entry of its own is counted by endpoint and VNI", () => {
    const { text } = play("bpf", "clients");
    expect(text("strays-before.json")).toBe("[]\n");
    const strays = JSON.parse(text("strays.json")) as [string, number, number][];
    const expected = sent
      .filter((packet) => packet.flow >= CLIENTS || packet.vni !== 1000 + packet.flow)
      .map(({ endpoint, vni }) => `${endpoint.toString(16).padStart(16, "0")} ${vni}`);
    const sums = new Map<string, number>();
    for (const name of expected) sums.set(name, (sums.get(name) ?? 0) + 1);
    expect(new Map(strays.map(([endpoint, vni, packets]) => [`${endpoint} ${vni}`, packets]))).toEqual(sums);
  });

  test("where the kernel takes no maps, come through as nobody's, and the node stays in service", () => {
    const scenario = play("bpf", "no-maps");
    const { code, text } = scenario;
    expect([code("up"), code("check"), code("probe"), code("tags")]).toEqual([0, 0, 0, 1]);
    expect(text("up.txt")).toContain("no client is told from another");
    expect(text("tags.txt")).toContain("cannot be used");
    const frames = readPcap(join(scenario.folder, "mirror0.pcap"));
    expect(sorted(frames)).toEqual(sorted(clients.map(({ inner }) => tagged(inner, NOBODY))));
  });
});

describe("sources that cannot be counted", () => {
  test("leave the node in service, with one sentence, and are counted once they can be", () => {
    const scenario = play("bpf", "no-count");
    const { code, text } = scenario;
    expect([code("up"), code("check"), code("probe"), code("arrivals")]).toEqual([0, 0, 0, 1]);
    expect(text("up.txt")).toMatch(
      /^traffic-mirror: this tc or kernel takes no program that counts what arrives: [^\n]+\n$/,
    );
    expect(text("arrivals.txt")).toContain("is not attached");
    expect(scenario.grown()["mirror0.rx_packets"]).toBe(SENT);
    expect([text("again.txt"), code("again"), code("again-arrivals")]).toEqual(["", 0, 0]);
  });

  test("are told by number when there are more than places; those that go on sending stay", () => {
    const scenario = play("bpf", "scan");
    const of = (name: string) => JSON.parse(scenario.text(`${name}.txt`)) as Summary;
    const known = arrivalsOf(packets);
    expect(of("scan").added).toBe(SCANNED);
    expect(of("after").added).toBe(SCANNED + known.size);
    for (const name of ["scan", "after"]) {
      expect(of(name).rows).toBeLessThanOrEqual(65_536);
      expect(of(name).rows).toBeGreaterThan(60_000);
      expect(of(name).uncounted).toBe(0);
    }
    const rows = arrivalsIn(join(scenario.folder, "after.rows"));
    expect([...known].filter(([key, sums]) => rows.get(key)?.join() !== sums.join())).toEqual([]);
  });
});

describe("an interface that loses its address when its ring is made longer", () => {
  test.each(["link-flap", "link-flap-late"])("is waited for: %s", (name) => {
    const { code, text } = play("bpf", name);
    expect([text("up.txt"), code("up"), text("ring.txt").trim()]).toEqual(["", 0, "8192"]);
    expect([code("after"), code("probe")]).toEqual([0, 0]);
  });

  test("ends the set-up with a sentence when it does not come back", () => {
    const { code, text } = play("bpf", "link-lost");
    expect(code("up")).toBe(1);
    expect(text("up.txt")).toContain(
      "eth0 has no address, or is not that of the default route, 2 s after its ring",
    );
  });
});

describe("where losses show with the kernel data path", () => {
  const fault = (name: string) => {
    const scenario = play("kernel", name);
    return { ...scenario, lost: scenario.grown() };
  };

  test("geneve without innerprotoinherit: geneve0 drops", () => {
    const { lost, code, text } = fault("inner-protocol");
    expect([lost["geneve0.rx_dropped"], lost["mirror0.rx_packets"]]).toEqual([SENT, undefined]);
    expect([code("check"), code("probe")]).toEqual([1, 1]);
    expect(text("check.txt")).toContain("innerprotoinherit");
  });

  test("the local route is missing: InAddrErrors", () => {
    const { lost, code, text } = fault("route");
    expect([lost["Ip.InAddrErrors"], lost["mirror0.rx_packets"]]).toEqual([SENT, undefined]);
    expect([code("check"), code("probe")]).toEqual([1, 1]);
    expect(text("check.txt")).toContain("the route that makes every address local is missing");
  });

  test("a reverse path filter: IPReversePathFilter", () => {
    const { lost, code, text } = fault("reverse-path");
    expect([lost["TcpExt.IPReversePathFilter"], lost["mirror0.rx_packets"]]).toEqual([SENT, undefined]);
    expect([code("check"), code("probe")]).toEqual([1, 1]);
    expect(text("check.txt")).toContain("net.ipv4.conf.geneve0.rp_filter is on");
  });

  test("the processor's backlog is full: softnet and eth0 drop", () => {
    const grown = play("kernel", "backlog").grown();
    const dropped =
      (grown["eth0.rx_dropped"] ?? 0) +
      (grown["geneve0.rx_dropped"] ?? 0) +
      (grown["mirror0.rx_dropped"] ?? 0);
    expect(dropped).toBeGreaterThan(0);
    expect((grown["mirror0.rx_packets"] ?? 0) + dropped).toBe(SENT);
    expect(grown["softnet.dropped"]).toBeGreaterThan(0);
  });

  test("was played on Debian's own kernel with its own iproute2", () => {
    const facts = (file: string): string => readFileSync(join(folders.kernel, "..", file), "utf8");
    const expected = {
      debian12: { system: /bookworm/, release: /^6\.1\.\S+-cloud-amd64\n$/, iproute2: /iproute2-6\.1\b/ },
      debian13: { system: /trixie/, release: /^6\.12\.\S+-cloud-amd64\n$/, iproute2: /iproute2-6\.15/ },
    }[system];
    for (const [file, pattern] of Object.entries(expected)) expect(facts(file)).toMatch(pattern);
  });
});

describe("where losses show with the BPF data path", () => {
  test("a missing drop behind the tools is found by the check", () => {
    const { code, text } = play("bpf", "no-guard");
    expect(code("check")).toBe(1);
    expect(text("check.txt")).toContain("the drop behind the tools on mirror0 is missing");
  });

  test("the MTU of mirror0 is too small: mirror0 drops", () => {
    const { grown, code, text } = play("bpf", "small-mtu");
    const lost = grown();
    // Ethernet header and one tag beside the MTU (kernel, is_skb_forwardable).
    const large = packets.filter(({ inner }) => inner.length > 500 + 14 + 4).length;
    expect(large).toBeGreaterThan(0);
    expect([lost["mirror0.rx_dropped"], lost["mirror0.rx_packets"]]).toEqual([large, SENT - large]);
    expect([code("check"), code("probe")]).toEqual([1, 0]);
    expect(text("check.txt")).toContain("the interface mirror0 has an MTU of 500");
  });

  test("the program is missing: the firewall refuses and counts", () => {
    const { grown, code, text } = play("bpf", "no-program");
    const lost = grown();
    expect([lost["firewall.geneve_refused"], lost["mirror0.rx_packets"]]).toEqual([SENT, undefined]);
    expect([code("check"), code("probe")]).toEqual([1, 1]);
    expect(text("check.txt")).toContain("is not attached to eth0");
  });

  test("a program's own socket is too slow: RcvbufErrors", () => {
    const grown = play("bpf", "slow-socket").grown();
    expect(grown["Udp.RcvbufErrors"]).toBeGreaterThan(SENT / 2);
    expect((grown["Udp.RcvbufErrors"] ?? 0) + (grown["Udp.InDatagrams"] ?? 0)).toBeLessThanOrEqual(SENT);
  });

  test("a tool that hangs: its counter stops while mirror0 grows, and it goes on where it stopped", () => {
    const scenario = play("bpf", "stopped-tool");
    const count = (file: string): number => (JSON.parse(scenario.text(file)) as { packets: number }).packets;
    expect(scenario.grown()["mirror0.rx_packets"]).toBe(SENT);
    expect([
      count("counters-before.json"),
      count("counters-after.json"),
      count("counters-again.json"),
    ]).toEqual([0, 0, SENT]);
    expect(scenario.text("readers")).toMatch(/:mirror0/);
  });

  test("a worker that ends by itself ends the tool, so that systemd starts all of it again", () => {
    const scenario = play("bpf", "stopped-tool");
    expect(scenario.code("tool")).toBe(1);
    expect(scenario.text("readers-after")).not.toMatch(/:mirror0/);
  });
});

describe("Suricata as the reader, with the configuration of node/tools", () => {
  interface Event {
    readonly event_type: string;
  }
  interface Statistics {
    readonly stats: {
      readonly capture: { readonly kernel_packets: number; readonly kernel_drops: number };
      readonly decoder: { readonly pkts: number };
    };
  }

  test("reads every packet and reports it where the agent looks", () => {
    const lines = play("bpf", "suricata").text("suricata-stats.json").trim().split("\n");
    const { stats } = JSON.parse(lines.at(-1) ?? "") as Statistics;
    expect([stats.capture.kernel_packets, stats.capture.kernel_drops, stats.decoder.pkts]).toEqual([
      SENT,
      0,
      SENT,
    ]);
  });

  test("maps a ring of no more than 256 MiB for each thread", () => {
    const rings = [
      ...play("bpf", "suricata")
        .text("rings")
        .matchAll(/^Size: +(\d+) kB$/gm),
    ];
    expect(rings).toHaveLength(2);
    for (const [, size] of rings) expect(Number(size)).toBeLessThanOrEqual(256 * 1024);
  });

  test("sees each connection as one flow with its HTTP exchange, and moves its log to the spool", () => {
    const events = play("bpf", "suricata")
      .files("spool/done")
      .flatMap((file) => gunzipSync(readFileSync(file)).toString().trim().split("\n"))
      .map((line) => (JSON.parse(line) as Event).event_type);
    const count = (type: string): number => events.filter((other) => other === type).length;
    expect([count("flow"), count("http")]).toEqual([FLOWS, FLOWS]);
  });
});
