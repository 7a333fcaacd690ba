/**
 * A capture node without a kernel of its own: the agent's bundle on the Node that nodes have, with files for /proc
 * and /sys, scripts for the programs that it calls, a metadata service, and the local cloud for AWS.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { bundle } from "../../../scripts/lib/bundle.js";
import { spawnGroup, type GroupLeader } from "../../../scripts/lib/process-group.js";
import { findNode18 } from "../../support/node18.js";
import type { LocalCloud } from "../../../local-cloud/index.js";
import { startImds, type Imds } from "../../../local-cloud/imds.js";

export const INSTANCE = "i-0123456789abcdef0";
export const ZONE = "euw1-az1";

export interface Health {
  readonly status: number;
  readonly healthy: boolean;
  readonly phase: string;
  readonly checks?: Readonly<Record<string, { ok: boolean; reason: string }>>;
}

export interface CaptureNode {
  readonly folder: string;
  readonly spool: string;
  readonly imds: Imds;
  /** Changes a file of the node: below its folder. */
  write(path: string, content: string | Buffer): void;
  read(path: string): string;
  /** Counters of an interface. */
  counters(name: string, packets: number): void;
  /** What a program says and answers from now on. */
  program(name: "probe" | "check" | "tags" | "arrivals", code: number, says?: string): void;
  /** The programs that were called, oldest first. */
  calls(): string[];
  start(): void;
  /** As the kernel does when memory is short: nothing is put in order. */
  kill(): Promise<void>;
  /** Lines of the agent's journal since the first start. */
  journal(): Record<string, unknown>[];
  health(): Promise<Health | undefined>;
  remove(): Promise<void>;
}

let bundled: { file: string; node: string } | undefined;
const program = async (): Promise<{ file: string; node: string }> => {
  if (bundled !== undefined) return bundled;
  const file = join(mkdtempSync(join(tmpdir(), "capture-agent-")), "capture-agent.mjs");
  const built = await bundle({ name: "capture-agent", entry: "main.ts" });
  writeFileSync(file, built["index.mjs"] ?? new Uint8Array());
  return (bundled = { file, node: findNode18() });
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = net.createServer().once("error", reject);
    server.listen(0, () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === "object" ? address.port : 0));
    });
  });

/** Programs of the node. systemctl does what the tool's unit does when it ends: its open files become done. */
const PROGRAMS: Readonly<Record<string, string>> = {
  probe: 'cat "$D/probe.says"; exit "$(cat "$D/probe.code")"',
  check: 'cat "$D/check.says"; exit "$(cat "$D/check.code")"',
  tags: 'cat >"$D/tags.given"; cat "$D/tags.says"; exit "$(cat "$D/tags.code")"',
  arrivals: 'cat "$D/arrivals.rows" >"$1"; cat "$D/arrivals.says"; exit "$(cat "$D/arrivals.code")"',
  ethtool: 'echo "     bw_in_allowance_exceeded: 7"',
  systemctl: 'if [ "$1" = stop ]; then mv "$D"/spool/open/*.pcap "$D/spool/done/" 2>/dev/null; fi; exit 0',
};

export const createNode = async (
  cloud: LocalCloud,
  options: {
    readonly bucket: string;
    readonly config?: Record<string, unknown>;
    readonly spoolConfig?: Record<string, unknown>;
    /** Bytes of a disk of its own for the spool. */
    readonly disk?: number;
    readonly target?: string;
    /** Address of another metadata service than the one that is made for the node. */
    readonly metadata?: string;
  },
): Promise<CaptureNode> => {
  const { file, node } = await program();
  const folder = mkdtempSync(join(tmpdir(), "node-"));
  const spool = join(folder, "spool");
  const imds = await startImds({
    "instance-id": INSTANCE,
    "placement/availability-zone-id": ZONE,
    "autoscaling/target-lifecycle-state": options.target ?? "InService",
  });
  const port = await freePort();
  let child: GroupLeader | undefined;
  let journal = "";

  const write = (path: string, content: string | Buffer): void => {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    // As a kernel's file or a finished capture is seen: whole, or not at all.
    const draft = join(dirname(target), `.${basename(target)}`);
    writeFileSync(draft, content);
    renameSync(draft, target);
  };
  const counters = (name: string, packets: number): void => {
    const values = { packets, bytes: packets * 100, dropped: 0, errors: 0, fifo_errors: 0 };
    for (const [what, value] of Object.entries(values)) {
      write(`sys/class/net/${name}/statistics/rx_${what}`, `${value}\n`);
    }
  };
  const says = (name: string, code: number, text = ""): void => {
    write(`${name}.says`, text);
    write(`${name}.code`, String(code));
  };

  mkdirSync(spool);
  if (options.disk !== undefined) {
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${options.disk}`, "tmpfs", spool]);
    if (mounted.status !== 0) throw new Error(`a disk of its own needs root: ${mounted.stderr.toString()}`);
  }
  for (const name of ["open", "done"]) mkdirSync(join(spool, name));
  write("proc/sys/kernel/random/boot_id", "boot-1\n");
  write(
    "proc/net/route",
    "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\nens5\t00000000\t0\t3\t0\t0\t100\t00000000\n",
  );
  write("proc/net/snmp", "Ip: InAddrErrors\nIp: 0\nUdp: RcvbufErrors\nUdp: 0\n");
  write("proc/net/netstat", "TcpExt: IPReversePathFilter\nTcpExt: 0\n");
  write("proc/net/softnet_stat", "00000001 00000000 00000000\n");
  write("proc/net/packet", "sk RefCnt Type Proto Iface R Rmem User Inode\nffff 3 3 0003 7 1 0 0 1\n");
  write("sys/class/net/mirror0/ifindex", "7\n");
  for (const name of ["ens5", "geneve0", "mirror0"]) counters(name, 0);
  write("counters.json", '{"packets":0,"drops":0}');
  for (const [name, script] of Object.entries(PROGRAMS)) {
    write(`bin/${name}`, `#!/bin/sh\nD='${folder}'\necho "${name} $*" >>"$D/calls"\n${script}\n`);
    chmodSync(join(folder, "bin", name), 0o755);
  }
  says("probe", 0);
  says("check", 0);
  says("tags", 0, "[]");
  says("arrivals", 0, '{"rows":0,"added":0,"uncounted":0,"fragments":0}');
  write("arrivals.rows", "");

  const config = {
    version: 1,
    fleet: "capture",
    region: "eu-west-1",
    datapath: "kernel",
    interface: "mirror0",
    health_port: port,
    health_interval_seconds: 0.1,
    lifecycle_interval_seconds: 0.1,
    metrics_interval_seconds: 0.3,
    spool: {
      directory: spool,
      upload_interval_seconds: 0.1,
      index_interval_seconds: 0.3,
      ...options.spoolConfig,
    },
    bucket: { name: options.bucket },
    tool: { counters: { file: join(folder, "counters.json"), packets: "packets", drops: "drops" } },
    autoscaling_group_name: "capture-node",
    launch_hook: "launch",
    terminate_hook: "terminate",
    heartbeat_seconds: 0.3,
    deregistration_seconds: 0.5,
    launch_limit_seconds: 60,
    drain_limit_seconds: 60,
    spot_limit_seconds: 2,
    clients_interval_seconds: 0.3,
    clients_file: join(folder, "clients.json"),
    endpoints_interval_seconds: 0.3,
    endpoints_file: join(folder, "endpoints.json"),
    tags_interval_seconds: 0.3,
    arrivals_interval_seconds: 0.3,
    commands: Object.fromEntries(Object.keys(PROGRAMS).map((name) => [name, [join(folder, "bin", name)]])),
    state_directory: join(folder, "state"),
    console: join(folder, "console"),
    kernel: { proc: join(folder, "proc"), sys: join(folder, "sys") },
    ...options.config,
  };
  write("node.json", JSON.stringify(config));

  const kill = async (): Promise<void> => {
    const running = child;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((resolve) => running.once("exit", resolve));
    running.kill("SIGKILL");
    await gone;
  };

  return {
    folder,
    spool,
    imds,
    write,
    read: (path) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path), "utf8") : ""),
    counters,
    program: says,
    calls: () =>
      existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8").trim().split("\n") : [],
    start() {
      child = spawnGroup(node, [file, join(folder, "node.json")], {
        // What systemd gives a unit, and where the stand-ins are.
        env: {
          PATH: process.env["PATH"],
          ACCOUNT_REGION: folder,
          AWS_ENDPOINT_URL: cloud.url,
          AWS_EC2_METADATA_SERVICE_ENDPOINT: options.metadata ?? imds.url,
        },
      });
      for (const stream of [child.stdout, child.stderr]) {
        stream.on("data", (chunk: Buffer) => (journal += chunk.toString()));
      }
    },
    kill,
    journal: () =>
      journal
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => {
          const text = line.replace(/^<\d>/, "");
          return text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : { message: text };
        }),
    health: () =>
      new Promise((resolve) => {
        http
          .get({ port, path: "/healthz", agent: false }, (answer) => {
            const chunks: Buffer[] = [];
            answer.on("data", (chunk: Buffer) => chunks.push(chunk));
            answer.on("end", () =>
              resolve({
                status: answer.statusCode ?? 0,
                ...(JSON.parse(Buffer.concat(chunks).toString()) as Omit<Health, "status">),
              }),
            );
          })
          .on("error", () => resolve(undefined));
      }),
    async remove() {
      await kill();
      await imds.stop();
      if (options.disk !== undefined) spawnSync("umount", [spool]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Waits until `look` gives something true; fails with what the agent said. */
export const until = async <T>(
  node: CaptureNode,
  what: string,
  look: () => T | Promise<T>,
  seconds = 45,
): Promise<NonNullable<T>> => {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > end) {
      const said = node
        .journal()
        .slice(-15)
        .map((line) => JSON.stringify(line))
        .join("\n");
      throw new Error(`${what}: not after ${seconds} s. The agent said:\n${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
