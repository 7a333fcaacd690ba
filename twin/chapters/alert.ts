/** Suricata, where it is installed, reads mirror0 beside the built-in tool, and its alert comes to the bucket too. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { root } from "../../scripts/lib/run.js";
import { fetchObject, indexLines } from "../find.js";
import { has } from "../machine/run.js";
import { within, type Stage } from "../stage.js";
import { request, type Fleet } from "./launch.js";

const TOOL = join(root, "modules", "capture-fleet", "node", "tools", "suricata");
/** Where scripts/dataplane-packages.sh unpacks it. */
const UNPACKED = join(root, ".cache", "dataplane", "suricata", "usr", "bin");
const SPOOL = "/var/spool/traffic-mirror";
const RULE =
  'alert http any any -> any 80 (msg:"Attempt to read the password file"; flow:to_server; http.uri; content:"/etc/passwd"; sid:1000001; rev:1;)\n';

interface Event {
  readonly event_type: string;
  readonly timestamp: string;
  readonly src_ip: string;
  readonly dest_ip: string;
  readonly alert?: { readonly signature: string };
}

const startSensors = async ({ world, logs }: Stage): Promise<boolean> => {
  const rules = join(logs, "twin.rules");
  writeFileSync(rules, RULE);
  for (const node of world.nodes) {
    node.start(
      "suricata",
      [join(TOOL, "entrypoint.sh"), "-S", rules, "--set", "af-packet.0.ring-size=2000"],
      {
        PATH: `/usr/local/bin:${UNPACKED}:/usr/sbin:/usr/bin:/sbin:/bin`,
        MIRROR_INTERFACE: "mirror0",
        MIRROR_WORKERS: "1",
        MIRROR_FILTER: "",
        SPOOL_OPEN: `${SPOOL}/open`,
        SPOOL_DONE: `${SPOOL}/done`,
        SURICATA_CONFIG: join(TOOL, "suricata.yaml"),
        SURICATA_ROTATE_SECONDS: "5",
      },
    );
  }
  const started = (id: string): boolean => {
    const log = join(logs, id, "suricata.log");
    return existsSync(log) && readFileSync(log, "utf8").includes("Engine started");
  };
  const all = () => world.nodes.every(({ instanceId }) => started(instanceId)) || undefined;
  return (await within(60, all)) === true;
};

const alertIn = async ({ s3, outputs }: Stage, from: number, to: string): Promise<Event | undefined> => {
  const lines = await indexLines(s3, outputs.capture_bucket, from, Date.now());
  for (const { key, last } of lines) {
    if (!/-eve(-[0-9a-f]+)?\.json(\.gz)?$/.test(key) || Date.parse(last) < from) continue;
    const stored = await fetchObject(s3, outputs.capture_bucket, key);
    const text = (key.endsWith(".gz") ? gunzipSync(stored) : stored).toString();
    const events = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Event);
    const alert = events.find(({ event_type, dest_ip }) => event_type === "alert" && dest_ip === to);
    if (alert !== undefined) return alert;
  }
  return undefined;
};

export const raiseAlert = async (stage: Stage, { servers, visitor }: Fleet): Promise<void> => {
  const { screen, intervals } = stage;
  if (!has("suricata") && !existsSync(join(UNPACKED, "suricata"))) {
    screen.say("Suricata is not installed here, so nothing looks for attacks: this chapter is left out");
    return;
  }
  const server = servers[1];
  if (server === undefined) return;
  screen.say(
    "Suricata reads mirror0 on each node, by modules/capture-fleet/node/tools/suricata, with one rule",
  );
  screen.promise("it has started", await startSensors(stage));
  const from = Date.now();
  await request(visitor, server.host, "/download?file=../../../etc/passwd");
  screen.say(`the visitor asks ${server.name} for /download?file=../../../etc/passwd`);
  const alert = await within(intervals.toBucketSeconds, () => alertIn(stage, from, server.host.address));
  screen.promise(
    `the alert is in the bucket: "${alert?.alert?.signature ?? "none"}", ${alert?.src_ip ?? ""} to ${alert?.dest_ip ?? ""}`,
    alert !== undefined,
  );
};
