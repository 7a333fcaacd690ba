/** Wires the parts of the agent together and starts its loops. */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { createArrivalLoop } from "./arrival-loop.js";
import { createBucket, fetchText, replaceObject } from "./aws/bucket.js";
import { createClients } from "./aws/clients.js";
import { createGroup } from "./aws/group.js";
import { putMetrics } from "./aws/metrics.js";
import { createBalance } from "./balance.js";
import type { NodeConfig } from "./config.js";
import { identityOf } from "./core/spool.js";
import { outOfServiceReason } from "./core/lifecycle.js";
import { eventsOf, noEvents, toData, type EventName, type Events } from "./core/metrics.js";
import { createIdentityLoop } from "./identity-loop.js";
import { createLifecycleLoop, type LifecycleLoop } from "./lifecycle-loop.js";
import { createHealthMonitor } from "./health-monitor.js";
import { serveHealth } from "./system/health-server.js";
import { createImds } from "./system/imds.js";
import { createLossJournal } from "./system/loss-journal.js";
import { createUploadJournal } from "./system/upload-journal.js";
import { describe, type Log } from "./system/log.js";
import { loadPublished, savePublished } from "./system/state-file.js";
import { servePackets } from "./system/packet-door.js";
import { createSampler } from "./system/sampler.js";
import { listFiles, listOpenFiles, prepareSpool, readDisk } from "./system/spool-files.js";
import { listForLosses } from "./spool-limit.js";
import { createUploader } from "./uploader.js";

/** A verdict older than this many intervals means that the agent hangs. */
const STALE_INTERVALS = 6;

/** Runs until the process ends. Throws when the health port or the spool cannot be had. */
export async function runAgent(config: NodeConfig, log: Log): Promise<void> {
  const now = (): number => Date.now();
  const events: Record<EventName, number> = { ...noEvents };
  const count = (name: EventName, by: number): void => void (events[name] += by);
  /** The lifecycle needs the node's identity; health is served before that is known. */
  const started: { lifecycle?: LifecycleLoop } = {};
  const outOfService = (): string | undefined =>
    started.lifecycle === undefined ? "starting" : outOfServiceReason(started.lifecycle.state());
  const sent = new Set<string>();
  const boot = (await readFile(`${config.kernel.proc}/sys/kernel/random/boot_id`, "utf8")).trim();
  const balance = await createBalance({ config, boot, count, log });
  const losses = createLossJournal({
    folder: `${config.spool.directory}/lost`,
    sent,
    count,
    log,
    now,
    partSent: balance.sent,
  });
  const publishedFile = `${config.state_directory}/published.json`;
  const monitor = createHealthMonitor({
    config,
    sampler: createSampler(config, now),
    outOfService,
    disk: readDisk,
    losses,
    baseline: await loadPublished(publishedFile, boot),
    log,
    now,
  });

  await prepareSpool(config.spool.directory);
  const details = () => ({
    fleet: config.fleet,
    phase: started.lifecycle?.state().phase ?? "starting",
    spool: monitor.spool(),
    // The key is part of the answer that `/healthz` has always given.
    ledger: monitor.lastSample(),
  });
  await serveHealth(
    {
      port: config.health_port,
      path: config.health_path,
      staleAfterMs: config.health_interval_seconds * 1000 * STALE_INTERVALS,
    },
    () => ({ verdict: monitor.verdict(), details: details() }),
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
  const monitoring = every(config.health_interval_seconds, "health monitor", async () => {
    await monitor.check();
    await balance.observe();
  });

  const imds = createImds(now);
  const identity = await untilKnown(async () => {
    const node = await imds.get("instance-id");
    const zone = config.zone_id ?? (await imds.get("placement/availability-zone-id"));
    if (node === undefined || zone === undefined) throw new Error("no instance id or zone");
    return { node, zone };
  }, log);
  const place = { prefix: config.bucket.prefix, ...identity };
  const clients = createClients(config.region);
  const largest = config.bucket.largest_put_bytes;
  const bucket = createBucket(clients.s3, config.bucket.name, largest);
  const journal = createUploadJournal({
    folder: `${config.spool.directory}/index`,
    bucket,
    place,
    now,
    remains: (entry) => sent.has(identityOf(entry)),
    log,
    partSent: balance.sent,
  });
  const identities = await createIdentityLoop({
    config,
    fetch: (key, etag) => fetchText(clients.s3, config.code_bucket ?? "", key, etag),
    files: async () => [
      ...(await listFiles(`${config.spool.directory}/done`)),
      ...(await listOpenFiles(config.spool.directory)),
    ],
    count,
    log,
    now,
  });
  const arrivals = createArrivalLoop({
    config,
    node: place.node,
    boot,
    put: (name, key, body) => replaceObject(clients.s3, name, key, body),
    count,
    log,
  });
  for (const entry of await journal.recover()) sent.add(identityOf(entry));
  await losses.recover(await listForLosses(config.spool.directory));
  const { packets } = config;
  if (packets !== null) await servePackets({ spool: config.spool.directory, ...packets, count, log });
  const uploader = createUploader({
    config,
    bucket,
    ...(packets !== null && {
      own: { name: packets.bucket, bucket: createBucket(clients.s3, packets.bucket, largest) },
    }),
    journal,
    losses,
    sent,
    place,
    origin: (file, late) => identities.origin(file, late),
    owners: (late) => identities.owners(late),
    flushed: balance.flushed,
    count,
    log,
    now,
  });

  const publishOnce = async (): Promise<void> => {
    const counted: Events = { ...events };
    const totals = monitor.totals();
    const sample = monitor.lastSample();
    const { files, bytes, behindSeconds, usedPercent, open } = monitor.spool();
    const sources = arrivals.sources();
    const gauges = {
      NodeHealthy: monitor.verdict()?.healthy === true ? 1 : 0,
      Readers: monitor.lastSample()?.readers ?? 0,
      SpoolUsedPercent: usedPercent,
      SpoolFiles: files,
      SpoolBytes: bytes,
      OpenFiles: open.files,
      OpenBytes: open.bytes,
      UploadBehindSeconds: behindSeconds,
      ...(sources !== undefined && { ArrivalSources: sources }),
    };
    const told = losses.telling();
    log.info("metrics", { ...totals, ...gauges, ...counted });
    try {
      await putMetrics(
        clients.cloudWatch,
        toData(
          { totals, gauges, events: eventsOf(config.datapath, config.arrivals !== null, counted) },
          { fleet: config.fleet, zone: place.zone },
          now(),
        ),
      );
    } catch (error) {
      // What was counted is not lost: it is in the next interval's numbers.
      count("MetricsFailed", 1);
      log.warn("metrics were not sent", { error: describe(error) });
      return;
    }
    monitor.subtract(totals);
    await told();
    if (sample !== undefined) await savePublished(publishedFile, boot, sample, log);
    for (const name of Object.keys(counted) as EventName[]) events[name] -= counted[name];
  };
  // One at a time: what two at once took for not told yet would be told twice.
  let published: Promise<void> = Promise.resolve();
  const publish = (): Promise<void> => (published = published.then(publishOnce, publishOnce));

  const lifecycle = await createLifecycleLoop({
    config,
    boot,
    imds,
    group:
      config.autoscaling_group_name === null
        ? undefined
        : createGroup(clients.autoScaling, config.autoscaling_group_name, place.node),
    waiting: () => journal.waiting() + losses.waiting() > 0,
    verdict: () => monitor.verdict(),
    count,
    close: balance.close,
    publish,
    log,
    now,
  });
  started.lifecycle = lifecycle;

  await Promise.all([
    monitoring,
    every(config.lifecycle_interval_seconds, "lifecycle", () => lifecycle.advance()),
    every(config.clients_interval_seconds, "clients", () => identities.refreshClients()),
    every(config.endpoints_interval_seconds, "endpoints", () => identities.refreshEndpoints()),
    every(config.tags_interval_seconds, "tags", () => identities.giveTags()),
    every(config.arrivals_interval_seconds, "arrivals", () => arrivals.handIn()),
    uploader.run(() => ["uploading", "left"].includes(lifecycle.state().phase)),
    sleep(config.metrics_interval_seconds * 1000).then(() =>
      every(config.metrics_interval_seconds, "metrics", publish),
    ),
  ]);
}

/** Without its identity the node can do nothing else; meanwhile health answers "starting". */
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
