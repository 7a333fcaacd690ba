/**
 * EC2 is eventually consistent: of two lists each shows another moment of the last seconds. What an event leads to is the
 * same, a little later. The seed of the moments is in the name of each test; TRAFFIC_MIRROR_SEED tries another one.
 */
import { CreateTagsCommand, StartInstancesCommand, StopInstancesCommand } from "@aws-sdk/client-ec2";
import { jest } from "@jest/globals";
import { startLocalCloud, type LocalCloud } from "../../../local-cloud/index.js";
import { createWorld, type World } from "./world.js";

jest.setTimeout(300_000);
const given = process.env["TRAFFIC_MIRROR_SEED"];
const seeds = given === undefined ? [Date.now() % 1_000_000, 1, 2] : [Number(given)];

let cloud: LocalCloud;
let world: World;
beforeAll(async () => {
  cloud = await startLocalCloud();
  world = await createWorld(cloud);
});
afterAll(async () => {
  const left = { refused: await cloud.refused(), undelivered: await cloud.undelivered() };
  await cloud.stop();
  expect(left).toEqual({ refused: [], undelivered: [] });
});
afterEach(async () => {
  await cloud.settings({ consistency: { milliseconds: 0 } });
});

const until = async (what: string, look: () => Promise<boolean>): Promise<void> => {
  const end = Date.now() + 90_000;
  while (!(await look())) {
    if (Date.now() > end) throw new Error(`not within 90 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
};

test.each(seeds)(
  "seed %i: a launch makes one session an interface, though what lags hides it",
  async (seed) => {
    await cloud.settings({ consistency: { milliseconds: 3_000, seed, callers: "functions" } });
    const launched = await world.launch({ Mirror: "true" }, 2);
    await world.put("ec2-state-running", launched.instanceId);
    await until("two sessions", async () => (await world.mirrored(launched)).length >= 2);
    // Again, while the sessions are not in every list.
    await world.put("ec2-state-running", launched.instanceId);
    await cloud.idle();
    expect([...(await world.mirrored(launched))].sort()).toEqual([...launched.interfaceIds].sort());
    await world.clear();
    await until("no session", async () => (await world.mirrored(launched)).length === 0);
  },
);

test.each(seeds)(
  "seed %i: a stop, a start and a tag are followed, though EC2 shows what was before",
  async (seed) => {
    const launched = await world.launch({ Mirror: "false" });
    const InstanceIds = [launched.instanceId];
    const { ec2 } = world.aws;
    const becomes = (sessions: number) =>
      until(`${String(sessions)} sessions`, async () => (await world.mirrored(launched)).length === sessions);
    await cloud.settle();
    await cloud.settings({ consistency: { milliseconds: 3_000, seed, callers: "functions" } });

    await ec2.send(
      new CreateTagsCommand({ Resources: InstanceIds, Tags: [{ Key: "Mirror", Value: "true" }] }),
    );
    await world.put("tag-change", launched.instanceId);
    await becomes(1);
    await cloud.settle(); // a session that is younger than lists lag is seen when the stop is over, by its second event
    await ec2.send(new StopInstancesCommand({ InstanceIds }));
    await world.put("ec2-state-stopped", launched.instanceId);
    await becomes(0);
    await cloud.settle(); // an instance takes longer to stop than lists to show it
    await ec2.send(new StartInstancesCommand({ InstanceIds }));
    await world.put("ec2-state-running", launched.instanceId);
    await becomes(1);
    await world.clear();
  },
);
