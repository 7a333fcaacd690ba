/** Reads the counters of the kernel and of the tool. What cannot be read is left out, never zero. */
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { decapsulatedHop as hopBefore, type CounterSource, type NodeConfig } from "../config.js";
import {
  countReaders,
  defaultInterface,
  parseCounters,
  parseEthtool,
  parsePairs,
  parseSoftnet,
} from "../core/kernel-text.js";
import type { Hop, Sample } from "../core/packet-counts.js";
import { runCommand } from "./commands.js";

/** As much of the end of a file of JSON lines as is sure to hold a whole one, and of a driver's statistics. */
const TAIL = 256 * 1024;
const ETHTOOL_SECONDS = 5;

const kernelCounters: Readonly<Record<string, string>> = {
  IpInAddrErrors: "Ip.InAddrErrors",
  IpInHdrErrors: "Ip.InHdrErrors",
  IpInDiscards: "Ip.InDiscards",
  IpReasmFails: "Ip.ReasmFails",
  IpReversePathFilter: "TcpExt.IPReversePathFilter",
  UdpRcvbufErrors: "Udp.RcvbufErrors",
  UdpInErrors: "Udp.InErrors",
};

/** Amazon EC2, "Monitor network performance for ENA settings on your EC2 instance". */
const enaCounters: Readonly<Record<string, string>> = {
  EnaBwInExceeded: "bw_in_allowance_exceeded",
  EnaPpsExceeded: "pps_allowance_exceeded",
};

export function createSampler(config: NodeConfig, now: () => number): () => Promise<Sample> {
  const { proc, sys } = config.kernel;
  const text = (path: string): Promise<string | undefined> => readFile(path, "utf8").catch(() => undefined);
  const number = async (path: string): Promise<number | undefined> => {
    const read = await text(path);
    return read === undefined || read.trim() === "" ? undefined : Number(read);
  };

  async function hop(name: string | undefined, direction: "rx" | "tx"): Promise<Hop | undefined> {
    if (name === undefined) return undefined;
    const statistic = (what: string) =>
      number(join(sys, "class/net", name, "statistics", `${direction}_${what}`));
    const [packets, bytes, dropped, errors, fifo] = await Promise.all(
      ["packets", "bytes", "dropped", "errors", "fifo_errors"].map(statistic),
    );
    if (packets === undefined || bytes === undefined) return undefined;
    return { packets, bytes, drops: (dropped ?? 0) + (errors ?? 0) + (fifo ?? 0) };
  }

  async function outerInterface(): Promise<string | undefined> {
    return config.outer_interface ?? defaultInterface((await text(join(proc, "net/route"))) ?? "");
  }

  async function ena(name: string | undefined): Promise<Record<string, number>> {
    if (name === undefined) return {};
    const { ok, output } = await runCommand([...config.commands.ethtool, "-S", name], ETHTOOL_SECONDS, TAIL);
    return ok ? pick(enaCounters, parseEthtool(output)) : {};
  }

  return async () => {
    const outer = await outerInterface();
    const decapsulated = hopBefore(config);
    const [snmp, netstat, softnet, packet, index, tool, allowances] = await Promise.all([
      text(join(proc, "net/snmp")),
      text(join(proc, "net/netstat")),
      text(join(proc, "net/softnet_stat")),
      text(join(proc, "net/packet")),
      number(join(sys, "class/net", config.interface, "ifindex")),
      config.tool.counters === null ? undefined : readTool(config.tool.counters),
      ena(outer),
    ]);
    const backlog = softnet === undefined ? undefined : parseSoftnet(softnet);
    // From the first hop to the last: a packet that comes meanwhile must not be missing at its end.
    const outerHop = await hop(outer, "rx");
    const decapsulatedHop = decapsulated && (await hop(decapsulated.interface, decapsulated.direction));
    const mirrored = await hop(config.interface, "rx");
    return {
      at: now(),
      outer: outerHop,
      decapsulated: decapsulatedHop ?? undefined,
      mirrored,
      readers: packet === undefined || index === undefined ? 0 : countReaders(packet, index),
      tool,
      counters: {
        ...pick(kernelCounters, new Map([...parsePairs(snmp ?? ""), ...parsePairs(netstat ?? "")])),
        ...(backlog && { DropsSoftnet: backlog.dropped, SqueezesSoftnet: backlog.squeezed }),
        ...allowances,
      },
    };
  };
}

function pick(
  names: Readonly<Record<string, string>>,
  found: ReadonlyMap<string, number>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(names).flatMap(([metric, name]) => {
      const value = found.get(name);
      return value === undefined ? [] : [[metric, value]];
    }),
  );
}

export async function readTool(source: CounterSource): Promise<Sample["tool"]> {
  try {
    const file = await open(source.file, "r");
    try {
      const { size } = await file.stat();
      const length = source.lines ? Math.min(size, TAIL) : size;
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await file.read(buffer, 0, length, size - length);
      return parseCounters(buffer.toString("utf8", 0, bytesRead), source);
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
