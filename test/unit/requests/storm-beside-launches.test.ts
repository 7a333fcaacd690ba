/**
 * 30,000 requests of 50 requesters, put into the queue as fast as it takes them, and launches meanwhile: with the shipped
 * defaults, in simulated time, each launch is mirrored as soon as without the storm, give or take a second.
 */
import { expect, it } from "@jest/globals";
import { defaultPaces, defaultQuotas } from "../../bench/defaults.js";
import { aPolicy, aSource, VPC } from "../../support/builders.js";
import { ACCOUNT_REGION, aRunningEvent } from "../../support/events.js";
import { NOON } from "../../support/fakes.js";
import { twoLanes } from "../../support/lanes.js";

const REQUESTERS = 50;
const REQUESTS = 30_000;
/** One by one, and together: an instance refresh in the middle of it. */
const LAUNCHES = [
  ...Array.from({ length: 20 }, (_, n) => 1_000 + n * 7_000),
  ...Array.from({ length: 30 }, () => 60_500),
];
const LATEST_MS = 1_000;

const nth = (prefix: string, n: number) => `${prefix}-${String(n).padStart(17, "0")}`;
const launched = (n: number) => nth("eni", 1_000 + n);
const asking = (n: number) => nth("eni", n);

const request = (n: number) => ({
  id: `event-${String(n)}`,
  source: `traffic-mirror/AROAEXAMPLE:${nth("i", n % REQUESTERS)}`,
  // One withdraws and asks again, the others ask and ask.
  "detail-type": n % (2 * REQUESTERS) === 0 ? "Mirror Withdrawn" : "Mirror Requested",
  ...ACCOUNT_REGION,
  time: new Date(NOON).toISOString(),
  resources: [],
  detail: { instance_id: nth("i", n % REQUESTERS) },
});

async function launchesBeside(requests: number) {
  const lanes = twoLanes(
    aPolicy({ sources: { tags: [{ name: "web", tags: { Role: "web" } }], subnets: [], vpcs: [] } }),
  );
  const { clock, sources, put } = lanes;
  for (let n = 0; n < REQUESTERS; n++)
    sources.set(asking(n), aSource({ id: asking(n), vpcId: VPC, instance: { id: nth("i", n) } }));
  const { write } = lanes.claims;
  /** Each claim, as often as it was written: when the request that it stands for was received. */
  const received: { readonly key: string; readonly received: number }[] = [];
  lanes.claims.write = async (claim, ...more) => {
    const written = await write(claim, ...more);
    if (typeof written === "object") received.push({ key: claim.interfaceId, received: claim.received });
    return written;
  };
  const launches = async (after: number, n: number) => {
    await clock.sleep(after);
    const id = nth("i", 1_000 + n);
    sources.set(launched(n), aSource({ id: launched(n), instance: { id, tags: { Role: "web" } } }));
    put(
      lanes.events,
      id,
      JSON.parse(aRunningEvent(id, { time: new Date(clock.now()).toISOString() })) as object,
    );
  };
  const { apps } = await lanes.during(async () => {
    for (let n = 0; n < requests; n++) put(lanes.requests, `request-${String(n)}`, request(n));
    await Promise.all(LAUNCHES.map(launches));
    while (lanes.requests.open > 0 || lanes.events.open > 0) await clock.sleep(1_000);
  });
  const waits = LAUNCHES.map((after, n) => (lanes.mirroredAt.get(launched(n)) ?? Infinity) - NOON - after);
  return { ...lanes, waits, received, apps, lasted: (clock.now() - NOON) / 1000 };
}

it("delays no launch by more than a second, and loses nothing that was accepted", async () => {
  const quiet = await launchesBeside(0);
  const storm = await launchesBeside(REQUESTS);
  expect(Math.max(...quiet.waits)).toBeLessThan(10_000);
  const delays = storm.waits.map((wait, n) => wait - (quiet.waits[n] ?? 0));
  expect(Math.max(...delays)).toBeLessThanOrEqual(LATEST_MS);

  // Each of 30,000 is let in, or counted as refused, and none is dead or still on its way.
  expect([storm.requests.dead, storm.requests.open, storm.events.dead]).toEqual([[], 0, []]);
  const refused = storm.apps.flatMap((app) => app.metric("RequestsRefused")).reduce((sum, n) => sum + n, 0);
  const minutes = Math.ceil(storm.lasted / 60) + 1;
  expect(refused).toBeGreaterThanOrEqual(REQUESTS - REQUESTERS * defaultQuotas().requestsPerMinute * minutes);
  expect(refused).toBeLessThan(REQUESTS);
  // What was accepted is mirrored; who withdrew last, by the queue, is not.
  const claims = [...storm.claims.claims.values()];
  expect(claims).toHaveLength(REQUESTERS);
  const others = claims.filter(({ interfaceId }) => interfaceId !== asking(0));
  expect(others.map(({ status }) => status)).toEqual(others.map(() => "mirrored"));
  expect(others.filter(({ interfaceId }) => !storm.sessions.has(interfaceId))).toEqual([]);
  // A claim never goes back to an earlier request than the one that it stands for.
  for (const key of new Set(storm.received.map((each) => each.key))) {
    const times = storm.received.filter((each) => each.key === key).map((each) => each.received);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  }
  // Of EC2's mutations, requests took their share.
  const { perSecond, burst } = defaultPaces().requests;
  const { requestsConcurrency } = defaultPaces();
  expect(storm.state.requestsWrites).toBeLessThanOrEqual(
    requestsConcurrency * (burst + perSecond * storm.lasted + 1),
  );
  expect(storm.state.throttled).toBe(0);
}, 120_000);
