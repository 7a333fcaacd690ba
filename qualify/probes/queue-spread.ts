import { seen, unknown, type Finding } from "../model.js";
import { oneNode, onNode, OUTER } from "../node.js";
import { probe } from "../probe.js";
import { talk } from "../talk.js";

const SECONDS = 30;
/** Fewer say nothing: health checks and the command itself are packets as well. */
const ENOUGH = 1000;

/** The counters of ENA's receive queues, as its driver names them for `ethtool -S`, twice. */
const COUNTERS = `${OUTER}
counters() { ethtool -S "$dev" | grep -E 'queue_[0-9]+_rx_cnt:'; }
counters
sleep ${SECONDS}
counters`;

export const judge = (said: string): Finding => {
  const queues = new Map<string, number[]>();
  for (const [, queue = "", value] of said.matchAll(/queue_(\d+)_rx_cnt: *(\d+)/g)) {
    queues.set(queue, [...(queues.get(queue) ?? []), Number(value)]);
  }
  const got = [...queues.values()].map(([before = 0, after = 0]) => after - before);
  const all = got.reduce((sum, each) => sum + each, 0);
  if (got.length < 2) return unknown(`The node shows ${got.length} receive queues.`);
  if (all < ENOUGH) return unknown(`The node received ${all} packets in ${SECONDS} s, which is too few.`);
  const busiest = Math.max(...got);
  return seen(
    (busiest / all).toFixed(2),
    `Of ${all} packets in ${SECONDS} s the busiest of ${got.length} receive queues took ${busiest}.`,
  );
};

export const queueSpread = probe("queue-spread", async (stage) => {
  if (stage.cloud === "local") return unknown("No packets flow in the local cloud.");
  await talk(stage);
  return judge(await onNode(stage, await oneNode(stage), COUNTERS));
});
