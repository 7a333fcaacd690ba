/**
 * A fleet in simulated time, for the hub's verdicts: nodes that come, start anew and die, snapshots that come late or not at
 * all, sources whose packets jump from node to node, addresses that come to others, controllers that forget.
 */
import { createJoin } from "../../functions/core/arrival/join.js";
import { claimedOf, judge, type Judgement, type ListFile } from "../../functions/core/arrival/judge.js";
import type { NodeFile } from "../../functions/core/arrival/nodes.js";
import { formatSources, parseNodeSnapshot, parseSources } from "../../functions/core/arrival/snapshot.js";
import { formatState, noState, parseState, type HubState } from "../../functions/core/arrival/state.js";

export const ACCOUNT = "111122223333";
const ENDPOINT = "vpce-0aaaaaaaaaaaaaaa1";
const [STEP, SNAPSHOT] = [5, 60];
/** S3 knows only its own time, which is none of the nodes'. */
const EPOCH = 1_790_000_000;

/** A snapshot takes so long to the bucket at most. */
const UPLOAD = 50;
/** Seconds: two intervals in a snapshot that is fresh for three, and came late. */
export const LATEST = 2 * SNAPSHOT + 3 * SNAPSHOT + UPLOAD;

export type Habit = "steady" | "bursty" | "idle" | "stops";

export interface Program {
  readonly seed: number;
  readonly nodes: number;
  readonly habits: readonly Habit[];
  readonly minutes: number;
  /** Of a node's chances in a minute, 0 to 1. */
  readonly uploadFails: number;
  readonly dies: number;
  readonly restarts: number;
  /** Of a source's to be replaced by another interface with its address. */
  readonly replaced: number;
  readonly runSkipped: number;
  readonly stateLost: number;
}

interface Counted {
  packets: number;
  last: number;
}

interface Node {
  readonly id: string;
  boot: string;
  readonly phase: number;
  counts: Map<string, Counted>;
  isAlive: boolean;
  leavesServiceAt: number;
  /** On its way to the bucket. */
  pending: { at: number; text: string; taken: number } | undefined;
}

export interface Source {
  readonly interfaceId: string;
  readonly address: string;
  readonly habit: Habit;
  readonly startAt: number;
  knownSince: number;
  nextAt: number;
  left: number;
  /** Its flows stay with a node for a while. */
  at: Node | undefined;
  readonly packets: { readonly at: number; readonly node: Node; readonly boot: string }[];
}

export interface Look {
  readonly now: number;
  readonly judgement: Judgement;
  readonly sources: ReadonlyMap<string, Source>;
  /** When each living node's snapshot in the bucket was taken. */
  readonly taken: ReadonlyMap<Node, number>;
}

function generator(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const hex = (n: number) => n.toString(16).padStart(8, "0");

export function simulate(program: Program, onRun: (look: Look) => void): void {
  const random = generator(program.seed);
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const chance = (probability: number) => random() < probability;
  let ids = 0;
  const nodes: Node[] = [];
  const bucket = new Map<string, { at: number; text: string; node: Node; taken: number }>();
  const launch = (): void => {
    ids += 1;
    const counts = new Map<string, Counted>();
    nodes.push({
      id: `i-${hex(ids)}`,
      boot: `${hex(ids)}-b007`,
      phase: between(0, SNAPSHOT / STEP - 1) * STEP,
      counts,
      isAlive: true,
      leavesServiceAt: Infinity,
      pending: undefined,
    });
  };
  for (let i = 0; i < program.nodes; i++) launch();
  const born = (address: string, habit: Habit, now: number): Source => {
    ids += 1;
    const nextAt = habit === "idle" ? Infinity : now + between(0, habit === "bursty" ? 600 : 55);
    return {
      interfaceId: `eni-${hex(ids)}`,
      address,
      habit,
      startAt: now,
      knownSince: now,
      nextAt,
      left: between(3, 40),
      at: undefined,
      packets: [],
    };
  };
  const sources = program.habits.map((habit, i) => born(`10.0.0.${String(i + 1)}`, habit, 0));
  let list: { at: number; text: string } | undefined;
  let listed = "";
  let state: HubState = noState(EPOCH * 1000);

  const send = (now: number): void => {
    const alive = nodes.filter(({ isAlive }) => isAlive);
    for (const source of sources) {
      if (now < source.nextAt) continue;
      if (source.at?.isAlive !== true || chance(0.03)) source.at = alive[between(0, alive.length - 1)];
      const node = source.at;
      if (node === undefined) continue;
      const counted = node.counts.get(source.address) ?? { packets: 0, last: now };
      node.counts.set(source.address, { packets: counted.packets + 1, last: now });
      source.packets.push({ at: now, node, boot: node.boot });
      source.left -= 1;
      source.nextAt = now + between(STEP, 55);
      if (source.left > 0 || source.habit === "steady") continue;
      source.left = between(1, 12);
      source.nextAt = source.habit === "stops" ? Infinity : now + between(60, 900);
    }
  };

  const snapshot = (node: Node, now: number): void => {
    if (node.pending !== undefined && now >= node.pending.at) {
      bucket.set(node.id, { ...node.pending, node });
      node.pending = undefined;
    }
    if (now % SNAPSHOT !== node.phase || chance(program.uploadFails)) return;
    const rows = [...node.counts].map(([address, { packets, last }]) => [
      ENDPOINT.slice("vpce-0".length),
      7,
      address,
      packets,
      packets * 100,
      now - last,
    ]);
    const { id, boot } = node;
    const header = { version: 1, node: id, boot, interval: SNAPSHOT, rows: rows.length, overflow: false };
    const text = [header, ...rows].map((line) => JSON.stringify(line)).join("\n");
    node.pending = { at: now + between(0, UPLOAD), text, taken: now };
  };

  const sweep = (now: number): void => {
    if (chance(0.05)) for (const source of sources) source.knownSince = now;
    const ids = sources.map(({ interfaceId }) => interfaceId).join();
    if (ids === listed && list !== undefined && now - list.at < 600) return;
    listed = ids;
    const rows = sources.map(({ interfaceId, address, knownSince }) => ({
      interfaceId,
      address,
      vni: 7,
      rule: "all",
      sinceMs: (now - knownSince) * 1000,
      endpoint: ENDPOINT,
      zone: "eu-west-1a",
      vpcId: "vpc-00000001",
    }));
    list = { at: now + between(0, 20), text: formatSources("mirror", "now", rows) };
  };

  const hub = (now: number): void => {
    const toMs = (seconds: number) => (EPOCH + seconds) * 1000;
    const files = [...bucket].map(([node, { at, text }]): NodeFile => ({
      node,
      at: toMs(at),
      snapshot: parseNodeSnapshot(text),
    }));
    const lists: ListFile[] =
      list === undefined || list.at > now
        ? []
        : [{ account: ACCOUNT, controller: "mirror", at: toMs(list.at), list: parseSources(list.text) }];
    const join = createJoin(lists.flatMap(claimedOf), new Map([[ENDPOINT, ACCOUNT]]));
    for (const file of files) join.see(file, toMs(now));
    if (chance(program.stateLost)) state = noState(toMs(now));
    const inService = nodes.filter(({ leavesServiceAt }) => leavesServiceAt > now).map(({ id }) => id);
    const judgement = judge({
      before: state,
      lists,
      nodes: files,
      join,
      inService,
      now: toMs(now),
      groupMinimum: 2,
    });
    const kept = parseState(formatState(judgement.state));
    if (kept === undefined) throw new Error("the hub cannot read its own state");
    state = kept;
    const living = nodes.filter(({ isAlive }) => isAlive);
    onRun({
      now: toMs(now),
      judgement,
      sources: new Map(sources.map((source) => [source.interfaceId, source])),
      taken: new Map(
        living.flatMap((node): [Node, number][] => {
          const stored = bucket.get(node.id);
          return stored === undefined ? [] : [[node, stored.taken]];
        }),
      ),
    });
  };

  for (let now = 0; now < program.minutes * 60; now += STEP) {
    send(now);
    for (const node of nodes) if (node.isAlive) snapshot(node, now);
    if (now % 60 === 30) sweep(now);
    if (now % 60 === 0) {
      for (const node of nodes.filter(({ isAlive }) => isAlive)) {
        if (chance(program.restarts)) {
          node.counts = new Map();
          ids += 1;
          node.boot = `${hex(ids)}-b007`;
        }
        if (!chance(program.dies)) continue;
        node.isAlive = false;
        node.pending = undefined;
        node.leavesServiceAt = now + between(0, 40);
        launch();
      }
      sources.forEach((source, i) => {
        const habit = program.habits[between(0, program.habits.length - 1)] ?? source.habit;
        if (now > 0 && chance(program.replaced)) sources[i] = born(source.address, habit, now);
      });
    }
    if (now % 120 === 60 && !chance(program.runSkipped)) hub(now + between(0, 4));
  }
}

/** Seconds of the simulation. */
export const secondsOf = (ms: number): number => ms / 1000 - EPOCH;
