/** Where scenarios are played: in network namespaces of this machine, and in a virtual machine with Debian's kernel. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { bundle } from "../../../scripts/lib/bundle.js";
import { root } from "../../../scripts/lib/run.js";
import { badInputs, noise, unguarded, type Way } from "./bad-input.js";
import { writePcap } from "./pcap.js";
import type { Packet } from "./traffic.js";

const run = promisify(execFile);

export const cache = join(root, ".cache", "dataplane");
const reports = join(root, "reports", "dataplane");
const here = join(root, "test", "dataplane", "machine");
export const nodeFiles = join(root, "modules", "capture-fleet", "node");

/** Way → its scenarios, in order. */
export type Plan = Readonly<Partial<Record<Way, readonly string[]>>>;

/** A node's system in the virtual machine: the default of `capture-fleet` is Debian 13, which `make test-debian13` runs. */
export type System = "debian12" | "debian13";
export const systemAsked = (): System =>
  process.env["DATAPLANE_SYSTEM"] === "debian13" ? "debian13" : "debian12";
/** The root of a Debian 13, for chroot. */
export const debian13 = join(cache, "debian13");

/** Installs what is missing; fails with a message where it cannot. */
export const prepare = async (system: System = "debian12"): Promise<void> => {
  await run(join(root, "scripts", "dataplane-packages.sh"), system === "debian13" ? [system] : [], {
    maxBuffer: 1 << 26,
  });
};

export const bpfObjects = ["decap.bpf.o", "decap-plain.bpf.o", "count.bpf.o"] as const;

/** The node's files as they lie on a node, in one folder, and the packets. `objects`: a folder with other BPF objects. */
export const inputFolder = async (
  name: string,
  packets: readonly Packet[],
  objects = join(nodeFiles, "bpf"),
): Promise<string> => {
  const input = join(cache, name);
  rmSync(input, { recursive: true, force: true });
  mkdirSync(join(input, "bad"), { recursive: true });
  cpSync(join(nodeFiles, "bin"), join(input, "node"), { recursive: true });
  for (const object of bpfObjects) {
    cpSync(join(objects, object), join(input, "node", object));
  }
  const splitter = await bundle({ name: "capture-split", entry: "main.ts" });
  writeFileSync(join(input, "node", "split.mjs"), splitter["index.mjs"] ?? new Uint8Array());
  cpSync(join(nodeFiles, "tools"), join(input, "tools"), { recursive: true });
  cpSync(join(nodeFiles, "etc", "sysctl.conf"), join(input, "sysctl.conf"));
  writePcap(
    join(input, "flows.pcap"),
    packets.map(({ wire }) => wire),
  );
  writePcap(join(input, "unguarded.pcap"), unguarded);
  for (const bad of badInputs) writePcap(join(input, "bad", `${bad.name}.pcap`), bad.wire);
  writePcap(join(input, "bad", "zz-noise.pcap"), noise(2000));
  writePcap(join(input, "everything.pcap"), [
    ...packets.map(({ wire }) => wire),
    ...badInputs.flatMap(({ wire }) => wire),
    ...noise(2000),
  ]);
  return input;
};

const resultsFolder = (name: string): string => {
  const results = join(reports, name);
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });
  return results;
};

const words = (plan: Plan): [Way, readonly string[]][] => Object.entries(plan) as [Way, readonly string[]][];

/** In namespaces of this machine. Returns the folder of the results, one folder for each way in it. */
export const playHere = async (name: string, input: string, plan: Plan): Promise<string> => {
  const results = resultsFolder(name);
  const PATH = `${dirname(process.execPath)}:${join(cache, "suricata", "usr", "bin")}:/usr/sbin:/usr/bin:/sbin:/bin`;
  for (const [way, scenarios] of words(plan)) {
    const arguments_ = [way, input, join(results, way), ...scenarios];
    const played = await run(join(here, "play.sh"), arguments_, { env: { ...process.env, PATH } });
    writeFileSync(join(results, `${way}.log`), played.stdout + played.stderr);
  }
  return results;
};

const archive = async (folder: string, output: string): Promise<void> => {
  await run("bash", ["-c", 'cd "$1" && find . | cpio --quiet -o -H newc >"$2"', "bash", folder, output]);
};

/**
 * Without random addresses a program lies where it lay the last time, and what QEMU has translated of it is used again:
 * starting one takes a third of the time.
 */
const QUICKER = "mitigations=off norandmaps nokaslr";

/** The kernel looks at boot whether its timer ticks, by counting; on a busy machine an emulated one seems not to. */
const EMULATED = "no_timer_check";

/** Writes the file system of a machine, and returns the folder of its kernel. */
const makeSystem = async (system: System, output: string): Promise<string> => {
  if (system === "debian12") {
    await run(join(here, "initramfs.sh"), [join(cache, "kernel"), output], { maxBuffer: 1 << 26 });
    return join(cache, "kernel");
  }
  const build = join(debian13, "build");
  rmSync(build, { recursive: true, force: true });
  cpSync(here, build, { recursive: true });
  await run("chroot", [debian13, "/build/initramfs.sh", "/kernel", "/build/system"], { maxBuffer: 1 << 26 });
  renameSync(join(build, "system"), output);
  return join(debian13, "kernel");
};

/** In a virtual machine of its own, without hardware support. */
export const playInMachine = async (
  name: string,
  input: string,
  plan: Plan,
  distribution: System = "debian12",
  timeout = 1_200_000,
): Promise<string> => {
  const results = resultsFolder(name);
  const work = join(cache, `${name}-machine`);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, "tree"), { recursive: true });
  const [system, files, disk] = [join(work, "system"), join(work, "files"), join(work, "disk")];
  const kernel = await makeSystem(distribution, system);
  cpSync(input, join(work, "tree", "in"), { recursive: true });
  const lines = words(plan).map(([way, scenarios]) => `${way} ${scenarios.join(" ")}\n`);
  writeFileSync(join(work, "tree", "in", "plan"), lines.join(""));
  await archive(join(work, "tree"), files);
  // The kernel unpacks archives that follow each other into one file system.
  writeFileSync(join(work, "initrd"), Buffer.concat([readFileSync(system), readFileSync(files)]));
  writeFileSync(disk, "");
  truncateSync(disk, 512 * 1024 * 1024);
  const { stdout } = await run("bash", ["-c", 'ls "$1"/boot/vmlinuz-*', "bash", kernel]);
  // Written while the machine plays, so that one that hangs can be watched.
  const console = join(results, "console.log");
  await run(
    "qemu-system-x86_64",
    [
      ...["-accel", "tcg,thread=multi", "-cpu", "Nehalem", "-smp", "2", "-m", "1500"],
      ...["-display", "none", "-monitor", "none", "-serial", `file:${console}`],
      ...["-no-reboot", "-nic", "none", "-kernel", stdout.trim()],
      ...["-initrd", join(work, "initrd"), "-append", `console=ttyS0 panic=-1 quiet ${EMULATED} ${QUICKER}`],
      ...["-drive", `file=${disk},if=virtio,format=raw`],
    ],
    // Alone it takes four minutes; beside everything else of `make test` it took more than seven.
    { timeout, killSignal: "SIGKILL", maxBuffer: 1 << 26 },
  );
  if (!readFileSync(console, "utf8").includes("the machine has played its plan")) {
    throw new Error(`the virtual machine did not come to its end; see ${console}`);
  }
  await run("tar", ["-C", results, "-xf", disk]);
  rmSync(work, { recursive: true, force: true });
  return results;
};
