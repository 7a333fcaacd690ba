/** Wires the parts of the agent together and keeps them turning. */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { createBucket, fetchText } from "./aws/bucket.js";
import { createClients } from "./aws/clients.js";
import { createGroup } from "./aws/group.js";
import { putMetrics } from "./aws/metrics.js";
import { parseClients, type Clients, type NodeConfig } from "./config.js";
import { reasonToRefuse } from "./core/lifecycle.js";
import { noEvents, toData, type EventName, type Events } from "./core/metrics.js";
import { createLifecycleLoop, type LifecycleLoop } from "./lifecycle-loop.js";
import { createPulse } from "./health-monitor.js";
import { serveHealth } from "./system/health-server.js";
import { createImds } from "./system/imds.js";
import { createIndexBook } from "./system/upload-journal.js";
import { describe, type Log } from "./system/log.js";
import { createSampler } from "./system/sampler.js";
import { prepareSpool, replaceFile } from "./system/spool-files.js";
import { createUploader } from "./uploader.js";

/** A verdict is believed for so many intervals and then says that the agent hangs. */
const STALE_INTERVALS = 6;

/** Runs until the process ends. Throws when the health port or the spool cannot be had. */
export async function runAgent(config: NodeConfig, log: Log): Promise<void> {
  const now = (): number => Date.now();
  const events: Record<EventName, number> = { ...noEvents };
  const count = (name: EventName, by: number): void => void (events[name] += by);
  /** What is there only when the node knows who it is; health is served before. */
  const late: { lifecycle?: LifecycleLoop } = {};
  const refusal = (): string | undefined =>
    late.lifecycle === undefined ? "starting" : reasonToRefuse(late.lifecycle.state());
  const pulse = createPulse({
    config,
    sampler: createSampler(config, now),
    refusal,
    count,
    log,
    now,
  });

  await prepareSpool(config.spool.directory);
  const details = () => ({
    fleet: config.fleet,
    phase: late.lifecycle?.state().phase ?? "starting",
    spool: pulse.spool(),
    ledger: pulse.lastSample(),
  });
  await serveHealth(
    {
      port: config.health_port,
      path: config.health_path,
      staleAfterMs: config.health_interval_seconds * 1000 * STALE_INTERVALS,
    },
    () => ({ verdict: pulse.verdict(), details: details() }),
    now,
  );

  const every = async (seconds: number, what: string, work: () => Promise<void>): Promise<never> => {
    for (;;) {
      try {
        await work();
      } catch (error) {
        log.error(`${what} failed`, { error: describe(error) });
      }
      await sleep(seconds * 1000);
    }
  };
  const beating = every(config.health_interval_seconds, "pulse", () => pulse.beat());

  const imds = createImds(now);
  const identity = await untilKnown(async () => {
    const node = await imds.get("instance-id");
    const zone = config.zone_id ?? (await imds.get("placement/availability-zone-id"));
    if (node === undefined || zone === undefined) throw new Error("no instance id or zone");
    return { node, zone };
  }, log);
  const place = { prefix: config.bucket.prefix, ...identity };
  const clients = createClients(config.region);
  const bucket = createBucket(clients.s3, config.bucket.name);
  const book = createIndexBook(`${config.spool.directory}/index`, bucket, place, now, log);
  let register: Clients = await readRegister(config.clients_file, log);
  const uploader = createUploader(
    { config, bucket, book, place, register: () => register, count, log, now },
    await book.recover(),
  );

  const publish = async (): Promise<void> => {
    const said: Events = { ...events };
    const totals = pulse.totals();
    const { files, bytes, behindSeconds, usedPercent } = pulse.spool();
    const gauges = {
      NodeHealthy: pulse.verdict()?.healthy === true ? 1 : 0,
      Readers: pulse.lastSample()?.readers ?? 0,
      SpoolUsedPercent: usedPercent,
      SpoolFiles: files,
      SpoolBytes: bytes,
      UploadBehindSeconds: behindSeconds,
    };
    log.info("ledger", { ...totals, ...gauges, ...said });
    try {
      await putMetrics(
        clients.cloudWatch,
        toData({ totals, gauges, events: said }, { fleet: config.fleet, zone: place.zone }, now()),
      );
    } catch (error) {
      // What was counted is not lost: it is in the next interval's numbers.
      count("MetricsFailed", 1);
      log.warn("metrics were not sent", { error: describe(error) });
      return;
    }
    pulse.forget(totals);
    for (const name of Object.keys(said) as EventName[]) events[name] -= said[name];
  };

  const lifecycle = await createLifecycleLoop({
    config,
    boot: (await readFile(`${config.kernel.proc}/sys/kernel/random/boot_id`, "utf8")).trim(),
    imds,
    group:
      config.autoscaling_group_name === null
        ? undefined
        : createGroup(clients.autoScaling, config.autoscaling_group_name, place.node),
    book,
    verdict: () => pulse.verdict(),
    count,
    publish,
    log,
    now,
  });
  late.lifecycle = lifecycle;

  let etag: string | undefined;
  const refreshClients = async (): Promise<void> => {
    if (config.code_bucket === null || config.clients_key === null) return;
    const fetched = await fetchText(clients.s3, config.code_bucket, config.clients_key, etag);
    if (fetched.kind !== "changed") return;
    register = parseClients(fetched.text);
    await replaceFile(config.clients_file, fetched.text);
    etag = fetched.etag;
    log.info("clients refreshed", { clients: Object.keys(register).length });
  };

  await Promise.all([
    beating,
    every(config.lifecycle_interval_seconds, "lifecycle", () => lifecycle.advance()),
    every(config.clients_interval_seconds, "clients", refreshClients),
    uploader.run(() => ["uploading", "left"].includes(lifecycle.state().phase)),
    sleep(config.metrics_interval_seconds * 1000).then(() =>
      every(config.metrics_interval_seconds, "metrics", publish),
    ),
  ]);
}

async function readRegister(path: string, log: Log): Promise<Clients> {
  try {
    return parseClients(await readFile(path, "utf8"));
  } catch (error) {
    log.warn("no register of clients on this node yet", { path, error: describe(error) });
    return {};
  }
}

/** A node is nobody until it knows its name: there is nothing else to do, and the health port says so meanwhile. */
async function untilKnown<T>(ask: () => Promise<T>, log: Log): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      log.warn("the metadata service does not answer", { error: describe(error) });
      await sleep(Math.min(1000 * 2 ** tries, 30_000));
    }
  }
}
