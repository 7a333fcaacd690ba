/** What has arrived at this node, read each minute and handed in at the hub, which knows what should have. */
import { mkdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { NodeConfig } from "./config.js";
import { grownSince, header, parseSummary, type Summary } from "./core/arrivals.js";
import type { EventName } from "./core/metrics.js";
import { runCommand } from "./system/commands.js";
import { describe, type Log } from "./system/log.js";

export interface ArrivalLoop {
  /** Reads and hands in. Throws nothing: a node that cannot count is in service all the same. */
  handIn(): Promise<void>;
  /** Sources in the map when it was read last; undefined where that failed. */
  sources(): number | undefined;
}

interface Parts {
  readonly config: NodeConfig;
  readonly node: string;
  readonly boot: string;
  /** Puts the one object that is this node's. */
  readonly put: (bucket: string, key: string, body: Buffer) => Promise<void>;
  readonly run?: typeof runCommand;
  readonly count: (name: EventName, by: number) => void;
  readonly log: Log;
}

/** Of 65,536 sources on many processors. */
const READ_SECONDS = 30;

export function createArrivalLoop({
  config,
  node,
  boot,
  put,
  run = runCommand,
  count,
  log,
}: Parts): ArrivalLoop {
  const file = `${config.state_directory}/arrivals.jsonl`;
  const settings = config.arrivals;
  let last: Summary | undefined;
  let sources: number | undefined;
  /** What has failed is said once. */
  const failing = new Set<EventName>();

  const failed = (what: EventName, sentence: string, error: string): void => {
    count(what, 1);
    if (!failing.has(what)) log.error(sentence, { error });
    failing.add(what);
  };

  async function read(): Promise<{ summary: Summary; overflow: boolean } | undefined> {
    let error: string;
    try {
      await mkdir(config.state_directory, { recursive: true });
      const { ok, output } = await run([...config.commands.arrivals, file], READ_SECONDS);
      if (ok) return taken(parseSummary(output));
      error = output;
    } catch (problem) {
      error = describe(problem);
    }
    sources = undefined;
    failed("ArrivalCountFailures", "what arrives is not counted on this node", error);
    return undefined;
  }

  function taken(summary: Summary): { summary: Summary; overflow: boolean } {
    const { evicted, uncounted, fragments, overflow } = grownSince(last, summary);
    last = summary;
    sources = summary.rows;
    count("ArrivalSourcesEvicted", evicted);
    count("ArrivalPacketsUncounted", uncounted);
    count("ArrivalFragments", fragments);
    failing.delete("ArrivalCountFailures");
    return { summary, overflow };
  }

  return {
    async handIn() {
      if (settings === null) return;
      const found = await read();
      if (found === undefined || settings.bucket === null) return;
      const { summary, overflow } = found;
      const first = header({
        node,
        boot,
        interval: config.arrivals_interval_seconds,
        rows: summary.rows,
        overflow,
      });
      try {
        const body = await promisify(gzip)(Buffer.concat([Buffer.from(first), await readFile(file)]));
        await put(settings.bucket, `${settings.key_prefix}${node}.json.gz`, body);
        failing.delete("ArrivalHandInFailures");
      } catch (error) {
        failed("ArrivalHandInFailures", "what has arrived was not handed in", describe(error));
      }
    },
    sources: () => sources,
  };
}
