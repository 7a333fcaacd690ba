/**
 * Another project over the same fleet: its checkout, given by path, and the command that does its backfill there.
 * What the command finds in its environment is the whole contract; see ../README.md.
 */
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { startLocalCloud, type LocalCloud } from "../../../local-cloud/index.js";
import { createAccount, type Account } from "../account.js";
import { callsOf, factsOf, LATENCY, pagesOf, startFunction } from "../fleet.js";
import type { Row, Section } from "../section.js";

export interface Compared {
  readonly folder: string;
  readonly command: string;
  readonly interfaces: number;
}

interface Ran {
  /** undefined: could not be measured. */
  readonly cpuSeconds?: number;
  /** What went wrong, in a word. */
  readonly problem?: string;
}

/** `0m1.250s` as bash's `times` prints it, in seconds. */
const secondsOf = (text: string): number => {
  const [, minutes = "0", seconds = "0"] = /(\d+)m([\d.]+)s/.exec(text) ?? [];
  return Number(minutes) * 60 + Number(seconds);
};

/** The shell tells the CPU time of all that it waited for, on a descriptor of its own. */
const runCommand = (command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Ran> =>
  new Promise((done) => {
    const child = spawn("bash", ["-c", `${command}\ncode=$?; times >&3; exit $code`], {
      cwd,
      env,
      stdio: ["ignore", "inherit", "inherit", "pipe"],
    });
    let times = "";
    child.stdio[3]?.on("data", (chunk: Buffer) => (times += chunk.toString()));
    child.once("error", (error) => done({ problem: error.message }));
    child.once("close", (code) => {
      const [user = "", system = ""] = times.split("\n")[1]?.split(" ") ?? [];
      const cpuSeconds = secondsOf(user) + secondsOf(system);
      done({ cpuSeconds, ...(code !== 0 && { problem: `ended with ${String(code)}` }) });
    });
  });

/** Without the caller's own AWS settings: a project that ignores the endpoint must not find real credentials. */
const environmentFor = async (cloud: LocalCloud, account: Account, interfaces: number) => {
  const { vpc_id, filter_id, targets } = await factsOf(account);
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"));
  return {
    ...Object.fromEntries(inherited),
    ...cloud.env(),
    BENCH_VPC_ID: vpc_id,
    BENCH_FILTER_ID: filter_id,
    BENCH_TARGETS: JSON.stringify(
      Object.fromEntries(targets.map((target) => [target.availability_zone, target.target_id])),
    ),
    BENCH_INTERFACES: String(interfaces),
  };
};

interface Backfill {
  run(): Promise<Ran>;
  end(): Promise<void>;
}
type Start = (cloud: LocalCloud, account: Account) => Promise<Backfill>;

const ours: Start = async (_, account) => {
  const sweep = await startFunction(account, "sweep");
  let before = 0;
  return {
    run: async () => {
      await sweep.invoke({});
      const { cpuSeconds } = await sweep.usage();
      const since = cpuSeconds - before;
      before = cpuSeconds;
      return { cpuSeconds: since };
    },
    end: () => sweep.stop(),
  };
};

/** The backfill twice over a fresh fleet: with everything to do, and with nothing. */
const passes = async (name: string, interfaces: number, start: Start): Promise<readonly Row[]> => {
  const cloud = await startLocalCloud();
  let backfill: Backfill | undefined;
  try {
    const account = await createAccount(cloud, { perSecond: 100_000, burst: 100_000 });
    const fleet = await account.add(interfaces);
    backfill = await start(cloud, account);
    await cloud.interfere({ latency: LATENCY });
    const rows: Row[] = [];
    for (const pass of ["cold", "again"]) {
      await cloud.resetCounts();
      const began = performance.now();
      const { cpuSeconds, problem } = await backfill.run();
      const wall = (performance.now() - began) / 1000;
      const counts = await cloud.counts();
      const { reads, creates, others } = callsOf(counts);
      const elsewhere = counts.total.calls - reads - creates - others;
      const sources = new Set(fleet.instances.flatMap(({ interfaceIds }) => interfaceIds));
      const sessions = await account.aws.sessions();
      const mirrored = new Set(sessions.map((session) => session.NetworkInterfaceId ?? ""));
      const floor = 2 * pagesOf(interfaces) + (pass === "cold" ? interfaces : 0);
      rows.push({
        name: `${name}, ${pass}`,
        cells: [
          String(reads),
          String(creates),
          String(others),
          String(elsewhere),
          ((reads + creates + others + elsewhere) / floor).toFixed(1),
          wall.toFixed(1),
          cpuSeconds === undefined ? "?" : cpuSeconds.toFixed(1),
          String([...mirrored].filter((id) => sources.has(id)).length),
          problem ?? "",
        ],
      });
    }
    return rows;
  } finally {
    await backfill?.end();
    await cloud.stop();
  }
};

export const compareOf = ({ folder, command, interfaces }: Compared): Section => ({
  name: "compare",
  title: `${String(interfaces)} interfaces, 20 ms a call: a backfill, and the same with nothing to do`,
  columns: ["reads", "creates", "others", "not EC2", "× floor", "wall s", "CPU s", "mirrored", "problem"],
  measure: async () => [
    ...(await passes("this project", interfaces, ours)),
    ...(await passes("the other one", interfaces, async (cloud, account) => {
      const env = await environmentFor(cloud, account, interfaces);
      return { run: () => runCommand(command, resolve(folder), env), end: () => Promise.resolve() };
    })),
  ],
});
