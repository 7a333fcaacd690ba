import { DeleteTrafficMirrorSessionCommand, StopInstancesCommand } from "@aws-sdk/client-ec2";
import { SWITCHES } from "../../../local-cloud/switches.js";
import type { Launched } from "../../support/aws.js";
import { makeEventual } from "../../support/eventual.js";
import { isOurs, type World } from "../world.js";

/** What must work whatever is true of AWS: mirror, heal, refuse, stop, terminate, and leave strangers alone. */
const core = async (world: World): Promise<void> => {
  const { ec2 } = world.aws;
  const strangers = async () => (await world.aws.sessions()).filter((each) => !isOurs(each));
  const before = await strangers();
  const [, zone = ""] = world.zones;
  const all = await world.launchAll([{ interfaces: 2, zone }, { type: "t2.micro" }]);
  const [launched, old] = all as [Launched, Launched];
  const sessions = await world.oursOn(all.flatMap((each) => each.interfaceIds));
  expect(sessions.map((each) => each.NetworkInterfaceId).sort()).toEqual([...launched.interfaceIds].sort());
  for (const each of sessions) expect(each.TrafficMirrorTargetId).toBe(world.target(zone));

  const TrafficMirrorSessionId = sessions[0]?.TrafficMirrorSessionId;
  await ec2.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId }));
  await world.sweep();
  expect(await world.oursOn(launched.interfaceIds)).toHaveLength(2);

  await world.cloud.settle(); // a session that is younger than lists lag is seen when the stop is over
  await ec2.send(new StopInstancesCommand({ InstanceIds: [launched.instanceId] }));
  await world.cloud.idle();
  expect(await world.oursOn(launched.interfaceIds)).toEqual([]);
  await world.terminate(launched, old);
  expect(await strangers()).toEqual(before);
};

export const switches = (world: World): void => {
  const flipped = SWITCHES.flatMap(({ name, values }) => values.slice(1).map((value) => ({ name, value })));

  // A tenth of the lag and of the time until a function looks again: the same, forty times in a minute.
  beforeAll(() => makeEventual(world.cloud, 0.1));
  afterAll(() => makeEventual(world.cloud));

  afterEach(async () => {
    await world.cloud.setSwitches(Object.fromEntries(SWITCHES.map(({ name, values }) => [name, values[0]])));
    await world.cloud.interfere({});
  });

  test("every switch as it is by default", async () => {
    await core(world);
  });

  test.each(flipped)("$name: $value", async ({ name, value }) => {
    // Buckets only matter where EC2 throttles.
    if (name === "mutation-buckets") await world.cloud.interfere({ throttling: "documented" });
    await world.cloud.setSwitches({ [name]: value });
    await core(world);
  });

  test("all of them at once", async () => {
    await world.cloud.setSwitches(Object.fromEntries(flipped.map(({ name, value }) => [name, value])));
    await core(world);
  });
};
