/** Parsers of what the kernel shows in /proc and /sys. Formats: kernel documentation, "The /proc Filesystem" and
 * "Softnet data"; a field that a kernel does not have is 0 rather than an error, because counters differ by version. */

/** `/proc/net/snmp` and `/proc/net/netstat`: pairs of lines, names and then numbers, each after `Prefix:`. */
export function parsePairs(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const lines = text.split("\n");
  for (let row = 0; row + 1 < lines.length; row += 2) {
    const [head, ...names] = (lines[row] ?? "").trim().split(/\s+/);
    const [tail, ...numbers] = (lines[row + 1] ?? "").trim().split(/\s+/);
    if (head === undefined || head === "" || head !== tail) continue;
    names.forEach((name, at) => found.set(`${head.slice(0, -1)}.${name}`, Number(numbers[at] ?? 0)));
  }
  return found;
}

export interface Softnet {
  /** Packets that a full backlog of a CPU turned away. */
  readonly dropped: number;
  /** Times that a CPU ran out of budget with packets left: pressure, not loss. */
  readonly squeezed: number;
}

/** `/proc/net/softnet_stat`: a line per CPU, hexadecimal columns; the second is drops, the third squeezes. */
export function parseSoftnet(text: string): Softnet {
  let dropped = 0;
  let squeezed = 0;
  for (const line of text.split("\n")) {
    const columns = line.trim().split(/\s+/);
    if (columns.length < 3) continue;
    dropped += parseInt(columns[1] ?? "0", 16);
    squeezed += parseInt(columns[2] ?? "0", 16);
  }
  return { dropped, squeezed };
}

/** Ethernet protocols, hexadecimal, that a sniffer asks for. LLDP (88cc) of systemd-networkd is no reader. */
const SNIFFED = new Set(["0003", "0800", "86dd"]);

/** How many sockets of `/proc/net/packet` read the interface with this index, whichever tool opened them. */
export function countReaders(text: string, interfaceIndex: number): number {
  return text
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => SNIFFED.has(columns[3] ?? "") && Number(columns[4]) === interfaceIndex).length;
}

/** Interface of the default route with the lowest metric in `/proc/net/route`. */
export function defaultInterface(text: string): string | undefined {
  return text
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1] === "00000000" && columns[7] === "00000000")
    .sort((a, b) => Number(a[6]) - Number(b[6]))[0]?.[0];
}

/** `ethtool -S`: `name: number` lines. */
export function parseEthtool(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [, name, number] of text.matchAll(/^\s*([\w.[\]]+):\s*(\d+)\s*$/gm)) {
    if (name !== undefined) found.set(name, Number(number));
  }
  return found;
}

export interface ToolCounters {
  readonly packets: number;
  readonly drops: number;
}

interface CounterPlaces {
  readonly packets: string;
  readonly drops: string | null;
  readonly lines: boolean;
  readonly packets_include_drops: boolean;
}

/** The tool's own counters, read from its statistics; undefined when they are not there. Never throws. */
export function parseCounters(text: string, places: CounterPlaces): ToolCounters | undefined {
  const documents = places.lines ? text.split("\n").slice(0, -1).reverse() : [text];
  for (const document of documents) {
    const packets = numberAt(document, places.packets);
    if (packets === undefined) continue;
    const drops = (places.drops === null ? 0 : numberAt(document, places.drops)) ?? 0;
    return { packets: places.packets_include_drops ? packets - drops : packets, drops };
  }
  return undefined;
}

function numberAt(document: string, path: string): number | undefined {
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch {
    return undefined;
  }
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
