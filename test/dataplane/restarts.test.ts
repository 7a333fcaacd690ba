/**
 * Every kind of capture tool, started five times while nothing is uploaded, three of them on a full disk. tcpdump and
 * Suricata are Debian's, Zeek, Arkime, a command and a container stand-ins behind what is shipped. Needs root.
 */
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { root } from "../../scripts/lib/run.js";
import { cache, inputFolder, prepare } from "./support/machines.js";
import { readPcap, writePcap } from "./support/pcap.js";
import { PACKETS_PER_FLOW, traffic } from "./support/traffic.js";

const kinds = ["tcpdump", "suricata", "zeek", "arkime", "command", "container"] as const;
type Kind = (typeof kinds)[number];
const FLOWS = 200;
const SENT = FLOWS * PACKETS_PER_FLOW;
const results = join(root, "reports", "dataplane", "restarts");
const run = promisify(execFile);

beforeAll(async () => {
  await prepare();
  const packets = traffic(FLOWS);
  const input = inputFolder("input-restarts", packets);
  writePcap(
    join(input, "frames.pcap"),
    packets.map(({ inner }) => inner),
  );
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });
  const PATH = `${join(cache, "suricata", "usr", "bin")}:/usr/sbin:/usr/bin:/sbin:/bin`;
  const played = await Promise.allSettled(
    kinds.map((kind) =>
      run(join(root, "test/dataplane/machine/restarts.sh"), [kind, input, join(results, kind)], {
        env: { ...process.env, PATH },
      }),
    ),
  );
  expect(played.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []))).toEqual([]);
});

const files = (kind: Kind, folder: string): string[] =>
  readdirSync(join(results, kind, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(results, kind, folder).length + 1))
    .sort();
const lines = (kind: Kind, file: string): string[] =>
  readFileSync(join(results, kind, file), "utf8")
    .trim()
    .split("\n");

/** How much evidence a file holds: packets, a sensor's lines, Suricata's alerts. */
function evidence(kind: Kind, path: string): number {
  if (kind === "tcpdump") {
    try {
      return readPcap(path).length;
    } catch {
      return 0; // the one that the full disk cut short
    }
  }
  const raw = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(raw) : raw).toString();
  const wanted = text.split("\n").slice(0, -1);
  return kind === "suricata"
    ? wanted.filter((line) => line.includes('"event_type":"alert"')).length
    : wanted.length;
}

describe.each(kinds)("%s", (kind) => {
  test("reads again after every start, and ends when it is told to", () => {
    expect(Number(lines(kind, "free")[0])).toBeLessThan(8);
    expect(lines(kind, "starts")).toEqual(Array<string>(5).fill("reads"));
    expect(lines(kind, "codes")).toEqual(Array<string>(5).fill("0"));
  });

  test("keeps what was finished before the disk was full, and captures when there is room again", () => {
    const first = files(kind, "first");
    for (const file of first) {
      const [before, after] = ["first", "done"].map((folder) =>
        readFileSync(join(results, kind, folder, file)),
      );
      expect([file, after?.equals(before ?? Buffer.alloc(0))]).toEqual([file, true]);
    }
    const sum = (folder: string, names: readonly string[]): number =>
      names.reduce((total, name) => total + evidence(kind, join(results, kind, folder, name)), 0);
    // Suricata's rule is met once a flow and direction, or more often.
    const sent = kind === "suricata" ? FLOWS : SENT;
    expect(sum("first", first)).toBeGreaterThanOrEqual(sent);
    const later = files(kind, "done").filter((file) => !first.includes(file));
    const open = files(kind, "open").filter((file) => !file.startsWith("waiting/"));
    expect(sum("done", later) + sum("open", open)).toBeGreaterThanOrEqual(sent);
  });
});

test("a container gets the capabilities and the locked memory that rings need, and nothing else", () => {
  const told = lines("container", "engine").filter((line) => line.startsWith("run "));
  expect(told).toHaveLength(5);
  expect(told[0]).toContain("--cap-drop ALL --cap-add NET_RAW --cap-add NET_ADMIN --cap-add IPC_LOCK");
  expect(told[0]).toContain("--security-opt no-new-privileges --ulimit memlock=-1:-1");
});
