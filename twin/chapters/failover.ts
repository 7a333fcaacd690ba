/** A node loses its power, and its flows move to the other one. */
import { secondsSince, within, type Stage } from "../stage.js";
import { requestAndFind } from "./find.js";
import type { Fleet } from "./launch.js";

export const failOver = async (stage: Stage, fleet: Fleet): Promise<void> => {
  const { screen, world, intervals } = stage;
  const before = await world.balancer.tell();
  const [busiest] = [...before.targets].sort((a, b) => b.sent - a.sent);
  const victim = world.nodes.find(({ address }) => address === busiest?.address);
  if (victim === undefined) throw new Error("there is no node to kill");
  for (const { address, sent } of before.targets) screen.say(`${address} has got ${sent} packets`);
  await world.kill(victim);
  const began = performance.now();
  screen.say(
    `${victim.instanceId} (${victim.address}) is switched off: nothing is finished, nothing is said`,
  );
  const out = await within(intervals.failoverSeconds, async () => {
    const { targets } = await world.balancer.tell();
    return targets.some(({ address, healthy }) => address === victim.address && !healthy) || undefined;
  });
  const took = secondsSince(began);
  screen.promise(
    `after ${took} s the load balancer has found it dead, by two checks that failed`,
    out === true,
  );
  const { targets: then } = await world.balancer.tell();
  const path = `/after/${Date.now().toString(36)}`;
  const kept = await Promise.all(fleet.servers.map((server) => requestAndFind(stage, fleet, server, path)));
  const now = (await world.balancer.tell()).targets.find(({ address }) => address === victim.address);
  const last = then.find(({ address }) => address === victim.address);
  screen.promise("it gets no packet any more", now?.sent === last?.sent);
  const nodes = new Set(kept.map((each) => /node=([^/]+)/.exec(each?.key ?? "")?.[1] ?? "no node"));
  screen.promise(
    `a request to each web server from then on is in the bucket, by ${[...nodes].join(", ")}`,
    kept.every((each) => each !== undefined && !each.key.includes(victim.instanceId)),
  );
};
