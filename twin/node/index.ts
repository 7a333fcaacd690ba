/** A capture node: the project's own programs in a namespace, booted from the launch template's user data. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { copyFileSync, createWriteStream, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { S3Client } from "@aws-sdk/client-s3";
import { startImds } from "../../local-cloud/imds.js";
import { root } from "../../scripts/lib/run.js";
import type { Fabric } from "../machine/fabric.js";
import { end, run } from "../machine/run.js";
import { layDown, type Settings } from "./files.js";
import { openOutlet } from "./outlet.js";

const here = join(root, "twin", "node");
const LIBRARY = "/usr/local/lib/traffic-mirror";
/** Where a node reaches AWS: the relay in its namespace. */
const CLOUD = "127.0.0.1:4566";
const METADATA = "169.254.169.254:80";

export interface NodeOptions {
  readonly fabric: Fabric;
  readonly s3: S3Client;
  readonly cloudUrl: string;
  readonly instanceId: string;
  readonly zoneId: string;
  readonly address: string;
  readonly userData: string;
  readonly settings: Settings;
  /** For the logs of its programs. */
  readonly logs: string;
}

export interface CaptureNode {
  readonly instanceId: string;
  readonly address: string;
  /** Runs a program on the node, with its log in a file of that name. */
  start(name: string, command: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess;
  run(...command: readonly string[]): Promise<string>;
  /** As a machine that loses its power: nothing is finished, nothing is said. */
  kill(): Promise<void>;
}

export const bootNode = async (options: NodeOptions): Promise<CaptureNode> => {
  const { fabric, instanceId, address } = options;
  // Sockets have short paths (unix(7): 108 bytes).
  const folder = mkdtempSync(join(tmpdir(), "twin-node-"));
  const logs = join(options.logs, instanceId);
  mkdirSync(logs, { recursive: true });
  const files = join(folder, "files");
  await layDown(options.s3, options.userData, files, options.settings);
  mkdirSync(join(files, "usr/local/bin"), { recursive: true });
  copyFileSync(join(here, "systemctl.sh"), join(files, "usr/local/bin/systemctl"));

  const imds = await startImds({
    "instance-id": instanceId,
    "placement/availability-zone-id": options.zoneId,
    "autoscaling/target-lifecycle-state": "InService",
  });
  const cloud = await openOutlet(join(folder, "cloud"), options.cloudUrl);
  const metadata = await openOutlet(join(folder, "metadata"), imds.url);

  const host = await fabric.host(`node-${instanceId.slice(-6)}`, [address]);
  const relay = [process.execPath, "--import", "tsx", join(here, "relay.ts")];
  const keeper = host.start(
    join(here, "keep.sh"),
    [folder, ...relay, `${CLOUD}=${cloud.path}`, `${METADATA}=${metadata.path}`],
    { ...process.env },
  );
  const inside = ["nsenter", `--net=/run/netns/${host.space}`, `--mount=/proc/${String(keeper.pid)}/ns/mnt`];
  const environment: NodeJS.ProcessEnv = {
    PATH: `/usr/local/bin:${dirname(process.execPath)}:/usr/sbin:/usr/bin:/sbin:/bin`,
    AWS_ENDPOINT_URL: `http://${CLOUD}`,
  };
  const complaints = createWriteStream(join(logs, "relay.log"));
  keeper.stderr?.pipe(complaints);
  const [program = "", ...rest] = inside;
  const runInside = (...command: readonly string[]): Promise<string> =>
    run(program, [...rest, ...command], { env: environment });
  const children = new Set<ChildProcess>();
  const start = (name: string, command: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess => {
    const log = createWriteStream(join(logs, `${name}.log`));
    const child = spawn(program, [...rest, ...command], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...environment, ...env },
    });
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    children.add(child);
    child.once("exit", () => children.delete(child));
    return child;
  };
  await untilListening(runInside);

  // As the units do it: network, then tool and agent.
  await runInside(`${LIBRARY}/network`, "up");
  const pid = "echo $$ >/run/traffic-mirror/tool.pid; exec";
  start("tool", ["sh", "-c", `${pid} ${LIBRARY}/tool`], { TZ: "UTC" });
  start("agent", ["node", `${LIBRARY}/agent.mjs`, "/etc/traffic-mirror/node.json"]);

  return {
    instanceId,
    address,
    start,
    run: runInside,
    async kill() {
      const gone = [...children].map((child) => end(child));
      await fabric.remove(host.name);
      await Promise.all(gone);
      cloud.stop();
      metadata.stop();
      await imds.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Until the relay answers: the node's files are in place then. */
const untilListening = async (inside: (...command: readonly string[]) => Promise<string>): Promise<void> => {
  const all = [CLOUD, METADATA].map((each) => each.replace(/^.*:/, ":"));
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      const listening = await inside("ss", "-H", "-l", "-n", "-t");
      if (all.every((port) => listening.includes(`${port} `))) return;
    } catch {
      // Its mounts are not there yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("a node's relay does not listen; see its relay.log below reports/twin");
};
