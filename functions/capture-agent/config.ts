/** `node.json`, which Terraform renders and cloud-init writes. All problems are reported at once. */
import en from "zod/v4/locales/en.js";
import * as z from "zod/mini";
import type { Endpoints, Register } from "./core/identity.js";

z.config(en()); // the words of the problems, which zod/mini does not bring

const text = z.string().check(z.minLength(1));
const seconds = (otherwise: number) => z._default(z.number().check(z.positive()), otherwise);
const percent = (otherwise: number) => z._default(z.number().check(z.gt(0), z.lte(100)), otherwise);
const nullable = <T extends z.core.$ZodType>(schema: T) => z._default(z.nullable(schema), null);
const command = (path: string) => z._default(z.array(text).check(z.minLength(1)), [path]);

const SPLIT = ["/usr/bin/env", "node", "/usr/local/lib/traffic-mirror/split.mjs"];

const counters = z.object({
  /** JSON of numbers that only grow while the tool runs. */
  file: text,
  /** Where in it, as names joined by dots. */
  packets: text,
  drops: nullable(text),
  /** JSON lines, of which the last whole one counts (Suricata's eve.json). */
  lines: z._default(z.boolean(), false),
  /** Suricata's kernel_packets holds the packets that were dropped as well. */
  packets_include_drops: z._default(z.boolean(), false),
});

const schema = z.object({
  version: z.literal(1),
  fleet: text,
  region: text,
  zone_id: nullable(text),
  datapath: z.enum(["kernel", "bpf"]),
  interface: text,
  outer_interface: nullable(text),
  decapsulated: nullable(z.object({ interface: text, direction: z.enum(["rx", "tx"]) })),
  health_port: z.int().check(z.gte(1), z.lte(65535)),
  health_path: z._default(z.string().check(z.startsWith("/")), "/healthz"),
  health_interval_seconds: seconds(10),
  lifecycle_interval_seconds: seconds(5),
  metrics_interval_seconds: seconds(60),
  spool: z.object({
    directory: z.string().check(z.startsWith("/")),
    high_water_percent: percent(85),
    evict_percent: percent(95),
    /** An open file that was not written to for this long may be deleted on a full disk: longer than tools rotate. */
    open_idle_seconds: seconds(300),
    upload_interval_seconds: seconds(5),
    upload_concurrency: z._default(z.int().check(z.gte(1), z.lte(64)), 4),
    index_interval_seconds: seconds(300),
    /** Counts the packets of gzip files too, for about a third of a vCPU per Gbps; else their names must do for times. */
    unzip_packets: z._default(z.boolean(), false),
    /** Captures that are whole are taken apart by client before they are sent. */
    split: z._default(z.boolean(), false),
    /** Lines of sensors' JSON logs get the client and the VNI that their VLAN tag stands for. */
    labels: z._default(z.boolean(), false),
  }),
  bucket: z.object({
    name: text,
    prefix: z._default(z.string(), ""),
    /** A larger file is a multipart upload: 5 GiB is the most of one PutObject (Amazon S3, "Uploading objects"). */
    largest_put_bytes: z._default(z.int().check(z.gte(1), z.lte(5 * 2 ** 30)), 5 * 2 ** 30),
  }),
  tool: z.object({
    unit: z._default(text, "traffic-mirror-tool.service"),
    counters: nullable(counters),
    /** Of the built-in tool, all of whose packets are in files; `counters` is given as well. */
    balance: nullable(
      z.object({
        /** Which counter says how many packets there are: with a filter the tool's own. */
        offered: z.enum(["interface", "tool"]),
        /** When the tool was started last, and what the counters were. */
        start: text,
      }),
    ),
  }),
  autoscaling_group_name: nullable(text),
  launch_hook: nullable(text),
  terminate_hook: nullable(text),
  heartbeat_seconds: seconds(60),
  deregistration_seconds: z._default(z.number().check(z.gte(0)), 60),
  launch_limit_seconds: seconds(300),
  drain_limit_seconds: seconds(7200),
  spot_limit_seconds: seconds(100),
  tolerance: z._default(
    z.object({
      loss_ratio: z._default(z.number().check(z.gte(0), z.lte(1)), 0.1),
      still_intervals: z._default(z.int().check(z.gte(1)), 3),
    }),
    { loss_ratio: 0.1, still_intervals: 3 },
  ),
  code_bucket: nullable(text),
  clients_key: nullable(text),
  clients_interval_seconds: seconds(60),
  /** Null: a data path that knows no endpoint. */
  endpoints_key: nullable(text),
  endpoints_interval_seconds: seconds(10),
  endpoints_file: z._default(text, "/etc/traffic-mirror/endpoints.json"),
  tags_interval_seconds: seconds(10),
  /** How long a file waits for its endpoint to come into the map before it counts as unknown. */
  unknown_wait_seconds: seconds(300),
  clients_file: z._default(text, "/etc/traffic-mirror/clients.json"),
  commands: z._default(
    z.object({
      probe: command("/usr/local/lib/traffic-mirror/probe"),
      check: command("/usr/local/lib/traffic-mirror/check-network"),
      systemctl: command("systemctl"),
      ethtool: command("ethtool"),
      tags: command("/usr/local/lib/traffic-mirror/tags"),
      split: z._default(z.array(text).check(z.minLength(1)), SPLIT),
    }),
    {
      probe: ["/usr/local/lib/traffic-mirror/probe"],
      check: ["/usr/local/lib/traffic-mirror/check-network"],
      systemctl: ["systemctl"],
      ethtool: ["ethtool"],
      tags: ["/usr/local/lib/traffic-mirror/tags"],
      split: SPLIT,
    },
  ),
  state_directory: z._default(text, "/var/lib/traffic-mirror"),
  console: z._default(text, "/dev/console"),
  /** Where the kernel's files are: another place in tests only. */
  kernel: z._default(z.object({ proc: text, sys: text }), { proc: "/proc", sys: "/sys" }),
});

export type NodeConfig = z.infer<typeof schema>;
export type CounterSource = z.infer<typeof counters>;

/** Throws one sentence that names every problem of the document. */
export function parseConfig(json: string): NodeConfig {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new Error(`node.json is not JSON: ${String(error)}`, { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`node.json: ${problems.join("; ")}`);
  }
  return parsed.data;
}

/** Where mirrored packets are counted before they reach the interface that tools read. */
export function decapsulatedHop(config: NodeConfig): { interface: string; direction: "rx" | "tx" } | null {
  if (config.decapsulated !== null) return config.decapsulated;
  return config.datapath === "kernel" ? { interface: "geneve0", direction: "rx" } : null;
}

const clients = z.record(
  text,
  z.object({ account_id: text, vnis: z.record(z.string(), z.int().check(z.gte(1), z.lt(2 ** 24))) }),
);
const endpoints = z.object({
  version: z.literal(1),
  endpoints: z.record(z.string(), z.object({ account: text, gone: z.optional(z.string()) })),
});

/** Throws when the document is none of its kind, so that the last good one stays. */
function parsed<T>(name: string, schema: z.ZodMiniType<T>, json: string): T {
  const result = schema.safeParse(JSON.parse(json));
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`${name}: ${problems.join("; ")}`);
}

/** The hub's register of clients. */
export const parseClients = (json: string): Register => parsed("clients.json", clients, json);

/** Which account owns each endpoint, as the hub's function endpoint-map writes it. */
export function parseEndpoints(json: string): Endpoints {
  const map = parsed("endpoints.json", endpoints, json);
  return new Map(Object.entries(map.endpoints).map(([id, { account }]) => [id, account]));
}

/** Since when EC2 does not show an endpoint any more, milliseconds since the epoch. */
export function parseGone(json: string): ReadonlyMap<string, number> {
  const map = parsed("endpoints.json", endpoints, json);
  return new Map(
    Object.entries(map.endpoints).flatMap(([id, { gone }]) =>
      gone === undefined ? [] : [[id, Date.parse(gone)]],
    ),
  );
}
