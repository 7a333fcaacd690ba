/** How long things take: as shipped, or shorter by the product's own settings. */
export interface Intervals {
  /** HCL that the example's module gets besides. */
  readonly overrides: string;
  /** What of node.json differs from what Terraform renders. */
  readonly nodeSettings: Readonly<Record<string, unknown>>;
  /** For the screen. */
  readonly said: readonly string[];
  /** The longest from a packet to its line in the index. */
  readonly toBucketSeconds: number;
  /** The longest until a dead node is out. */
  readonly failoverSeconds: number;
}

/** Two nodes, and the data path that every kernel has. */
const ALWAYS = "  capture_min_size = 2\n  capture_max_size = 3\n";

export const SHIPPED: Intervals = {
  overrides: `${ALWAYS}  capture = { datapath = "bpf" }\n`,
  nodeSettings: {},
  said: [
    "the intervals that ship: files end after 60 s, the index is written after 300 s, health is asked every 10 s",
  ],
  toBucketSeconds: 480,
  failoverSeconds: 60,
};

export const SHORT: Intervals = {
  overrides: [
    ALWAYS,
    '  capture = { datapath = "bpf", workers = 1, rotation = { seconds = 5 } }\n',
    "  capture_health_check = { interval = 5, timeout = 2 }\n",
  ].join(""),
  nodeSettings: { spool: { index_interval_seconds: 5, upload_interval_seconds: 1 } },
  said: [
    "shorter than what ships, so that nobody waits (--defaults runs what ships):",
    "  capture.rotation.seconds = 5 (60), capture_health_check.interval = 5 (10), capture.workers = 1 (one a vCPU)",
    "  in node.json spool.index_interval_seconds = 5 (300), spool.upload_interval_seconds = 1 (5)",
  ],
  toBucketSeconds: 120,
  failoverSeconds: 40,
};
