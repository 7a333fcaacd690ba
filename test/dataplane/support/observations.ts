/** What play.sh wrote down, as numbers. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Cumulative counters of a node at one moment, such as eth0.rx_packets, Ip.InAddrErrors, firewall.geneve_refused. */
export type Counters = Readonly<Record<string, number>>;

interface Link {
  readonly ifname: string;
  readonly stats64: Readonly<Record<"rx" | "tx", Readonly<Record<string, number>>>>;
}

interface Firewall {
  readonly nftables: readonly { readonly counter?: { readonly name: string; readonly packets: number } }[];
}

const text = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "");

/** /proc/net/snmp and netstat: a line of names, then a line of values, both beginning with the protocol. */
const paired = (content: string): [string, number][] => {
  const lines = content.trim().split("\n");
  const found: [string, number][] = [];
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const [protocol = "", ...names] = (lines[at] ?? "").split(/\s+/);
    const values = (lines[at + 1] ?? "").split(/\s+/).slice(1);
    names.forEach((name, index) =>
      found.push([`${protocol.replace(":", ".")}${name}`, Number(values[index])]),
    );
  }
  return found;
};

export const countersIn = (folder: string): Counters => {
  const links = JSON.parse(text(join(folder, "links.json"))) as readonly Link[];
  const firewall = JSON.parse(text(join(folder, "firewall.json"))) as Firewall;
  const softnet = text(join(folder, "softnet")).trim().split("\n");
  return Object.fromEntries([
    ...links.flatMap(({ ifname, stats64 }) =>
      (["rx", "tx"] as const).flatMap((way) =>
        Object.entries(stats64[way]).map(([name, value]) => [`${ifname}.${way}_${name}`, value] as const),
      ),
    ),
    ...paired(text(join(folder, "ip"))),
    ...firewall.nftables.flatMap(({ counter }) =>
      counter === undefined ? [] : [[`firewall.${counter.name}`, counter.packets] as const],
    ),
    // Column 2, hexadecimal, one line for each processor: what found the backlog full.
    ["softnet.dropped", softnet.reduce((sum, line) => sum + parseInt(line.split(/\s+/)[1] ?? "0", 16), 0)],
  ]);
};

/** What has grown, and by how much. */
export const growth = (before: Counters, after: Counters): Counters =>
  Object.fromEntries(
    Object.entries(after)
      .map(([name, value]) => [name, value - (before[name] ?? 0)] as const)
      .filter(([, grown]) => grown > 0),
  );

/** The results of one scenario of one way. */
export interface Scenario {
  readonly folder: string;
  readonly text: (file: string) => string;
  readonly code: (name: string) => number;
  readonly counters: (label: string) => Counters;
  readonly grown: (from?: string, to?: string) => Counters;
  readonly files: (folder: string) => string[];
}

export const scenarioIn = (results: string, name: string): Scenario => {
  const folder = join(results, name);
  const counters = (label: string): Counters => countersIn(join(folder, label));
  return {
    folder,
    text: (file) => text(join(folder, file)),
    code: (file) => Number(readFileSync(join(folder, `${file}.code`), "utf8")),
    counters,
    grown: (from = "before", to = "after") => growth(counters(from), counters(to)),
    files: (below) => readdirSync(join(folder, below)).map((file) => join(folder, below, file)),
  };
};
