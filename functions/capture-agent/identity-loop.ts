/**
 * What this node knows of whose packets are whose: the hub's register and map of endpoints, which it reads again and
 * again, and the tags that it has given. The data path learns of a tag only when the tag is on disk.
 */
import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import * as z from "zod/mini";
import type { Fetched } from "./aws/bucket.js";
import { parseClients, parseEndpoints, parseGone, type NodeConfig } from "./config.js";
import { entriesOf, sending } from "./core/entries.js";
import type { Origin } from "./core/identity.js";
import type { EventName } from "./core/metrics.js";
import type { SpoolFile } from "./core/spool.js";
import { createStrayCounts } from "./core/strays.js";
import { nextTags, originOf, originOfTag, type Knowledge, type Stray, type Tag } from "./core/tags.js";
import { runCommand } from "./system/commands.js";
import { describe, type Log } from "./system/log.js";
import { replaceFile } from "./system/spool-files.js";

export interface IdentityLoop {
  refreshClients(): Promise<void>;
  /** What has changed is told to the data path at once. */
  refreshEndpoints(): Promise<void>;
  /** Gives and takes tags, tells the data path, and counts what it did not know. */
  giveTags(): Promise<void>;
  origin(file: SpoolFile, late: boolean): Origin | "wait";
  /** Whose a tag is now, for as long as one file takes: it is asked for each line. */
  owners(late: boolean): (tag: number) => Origin | "wait";
}

interface Parts {
  readonly config: NodeConfig;
  readonly fetch: (key: string, etag: string | undefined) => Promise<Fetched>;
  /** Every file of the spool, open or done. */
  readonly files: () => Promise<readonly SpoolFile[]>;
  readonly run?: typeof runCommand;
  readonly count: (name: EventName, by: number) => void;
  readonly log: Log;
  readonly now: () => number;
}

const COMMAND_SECONDS = 10;
/**
 * A sensor writes the tag of a connection's first packet when that ends, which may be after days. The map of endpoints
 * says for as long whose one was that is gone.
 */
const REMEMBERED_MS = 7 * 24 * 3600 * 1000;
/** 8,192 strays of some 40 characters. */
const OUTPUT = 1 << 20;

const identity = z.union([
  z.object({ account: z.string(), vni: z.nullable(z.number()) }),
  z.object({ endpoint: z.string() }),
]);
const ledger = z.array(z.object({ tag: z.int(), identity, retiredAt: z.optional(z.number()) }));
const strays = z.array(z.tuple([z.string(), z.int(), z.number()]));

export async function createIdentityLoop(parts: Parts): Promise<IdentityLoop> {
  const { config, count, log, now, run = runCommand } = parts;
  // Beside the files that carry the tags: it is lost with them or not at all.
  const tagsFile = `${config.spool.directory}/index/tags.json`;
  const read = async <T>(path: string, parse: (text: string) => T, otherwise: T): Promise<T> => {
    try {
      return parse(await readFile(path, "utf8"));
    } catch (error) {
      log.info("not on this node yet", { path, error: describe(error) });
      return otherwise;
    }
  };
  let known: Knowledge = {
    register: await read(config.clients_file, parseClients, {}),
    endpoints: await read(config.endpoints_file, parseEndpoints, new Map()),
    tags: await read(tagsFile, (text) => ledger.parse(JSON.parse(text)) as readonly Tag[], []),
  };
  let gone = await read(config.endpoints_file, parseGone, new Map());
  const unread = new Set<string>();
  const etags = new Map<string, string | undefined>();
  const counts = createStrayCounts();
  let unmapped: readonly string[] = [];
  let failing = false;
  let inForce = false;

  /** What has no answer is said once, and counted each time: the node goes on with what it read last. */
  async function reading(key: string): Promise<Fetched> {
    try {
      const fetched = await parts.fetch(key, etags.get(key));
      if (fetched.kind === "missing") throw new Error("it is not there, or this node may not read it");
      unread.delete(key);
      return fetched;
    } catch (error) {
      count("RegisterUnread", 1);
      if (!unread.has(key))
        log.error("whose packets are whose cannot be read", { key, error: describe(error) });
      unread.add(key);
      return { kind: "same" };
    }
  }

  /** Whether there was anything new. */
  async function refresh(key: string | null, path: string, take: (text: string) => void): Promise<boolean> {
    if (config.code_bucket === null || key === null) return false;
    const fetched = await reading(key);
    if (fetched.kind !== "changed") return false;
    take(fetched.text);
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, fetched.text);
    etags.set(key, fetched.etag);
    log.info("read again", {
      key,
      clients: Object.keys(known.register).length,
      endpoints: known.endpoints.size,
    });
    return true;
  }

  /** What the spool holds may have begun so much earlier than its last write. */
  async function oldestFrame(): Promise<number> {
    const files = await parts.files();
    return files.reduce((oldest, { writtenAt }) => Math.min(oldest, writtenAt), now()) - longest;
  }
  const longest = config.spool.open_idle_seconds * 1000;
  const remembered = config.spool.labels ? REMEMBERED_MS : 0;

  async function give(): Promise<void> {
    if (config.endpoints_key === null) return;
    const { register } = known;
    const endpoints = sending(known.endpoints, gone, now());
    const time = { now: now(), oldestFrame: await oldestFrame(), remembered };
    const { tags, without } = nextTags(known.tags, { register, endpoints, unmapped, inForce, ...time });
    if (JSON.stringify(tags) !== JSON.stringify(known.tags)) {
      inForce = false;
      try {
        await replaceFile(tagsFile, JSON.stringify(tags));
      } catch (error) {
        count("TagMapFailures", 1);
        throw error;
      }
      known = { ...known, tags };
      log.info("tags given", {
        tags: tags.filter(({ retiredAt }) => retiredAt === undefined).length,
        without,
      });
    }
    const { entries, without: noRoom } = entriesOf(tags, endpoints);
    if (without + noRoom > 0) count("IdentitiesWithoutTag", without + noRoom);
    const { ok, output } = await run(config.commands.tags, COMMAND_SECONDS, OUTPUT, JSON.stringify(entries));
    inForce = ok;
    if (!ok) {
      count("TagMapFailures", 1);
      if (!failing) log.error("no client is told from another: the maps of the data path", { error: output });
      failing = true;
      return;
    }
    failing = false;
    const found = strays
      .parse(JSON.parse(output))
      .map(([digits, vni, packets]): Stray => ({ endpoint: `vpce-0${digits}`, vni, packets }));
    const grown = counts.since(found, { register, endpoints }, now());
    unmapped = grown.unmapped;
    count("PacketsUnknownEndpoint", grown.unknown);
    count("PacketsForeignVni", grown.foreign);
    for (const each of grown.news) log.warn("a VNI that is another account's", { ...each });
  }

  /** Two at once would write one list of tags over the other. */
  let giving: Promise<void> = Promise.resolve();
  function giveTags(): Promise<void> {
    giving = giving.then(give, give);
    return giving;
  }

  return {
    async refreshClients() {
      await refresh(config.clients_key, config.clients_file, (text) => {
        known = { ...known, register: parseClients(text) };
      });
    },
    async refreshEndpoints() {
      const changed = await refresh(config.endpoints_key, config.endpoints_file, (text) => {
        known = { ...known, endpoints: parseEndpoints(text) };
        gone = parseGone(text);
      });
      if (changed) await giveTags();
    },
    giveTags,
    origin: ({ path }, late) => originOf(path, known, late),
    owners(late) {
      const found = new Map<number, Origin | "wait">();
      const now = known;
      return (tag) => {
        const origin = found.get(tag) ?? originOfTag(tag, now, late);
        found.set(tag, origin);
        return origin;
      };
    },
  };
}
