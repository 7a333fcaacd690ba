/** What a requester can read of its request, and that this costs nobody else anything. */
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { requestMirror } from "../../../support/request-mirror.js";
import type { Launched } from "../../../support/aws.js";
import { CONTROLLER, PATIENTLY, type World } from "../world.js";

export const answers = (world: World): void => {
  const run = async (launched: Launched, ...args: readonly string[]) => {
    const { accessKeyId } = await world.as("app", launched.instanceId);
    return requestMirror(["-n", CONTROLLER, ...PATIENTLY, ...args], {
      ...world.cloud.env(),
      AWS_ACCESS_KEY_ID: accessKeyId,
    });
  };

  // Also what a failed test left.
  afterEach(() => world.forget());

  test("an identified requester gets no other's interface, and can read that it was refused", async () => {
    const [mine, theirs] = [await world.quietly(), await world.quietly()];
    const [eni = ""] = theirs.interfaceIds;
    const ran = await run(mine, "-i", eni);
    expect(ran).toMatchObject({ status: 3, said: expect.stringContaining("refused: not-yours") });
    expect(await world.sessionsOn(eni)).toEqual([]);
  });

  test("what is refused takes nobody's place", async () => {
    const mine = await world.quietly();
    const others = await Promise.all(Array.from({ length: 7 }, () => world.quietly()));
    const { config, userId } = await world.as("app", mine.instanceId);
    const events = new EventBridgeClient(config);
    for (const { interfaceIds } of others) {
      const entry = {
        EventBusName: CONTROLLER,
        Source: `traffic-mirror/${userId}`,
        DetailType: "Mirror Requested",
        Detail: JSON.stringify({ network_interface_id: interfaceIds[0] }),
      };
      await events.send(new PutEventsCommand({ Entries: [entry] }));
    }
    await world.cloud.idle();
    await world.settle();
    await world.ask("Mirror Requested", { instance_id: mine.instanceId });
    expect(await world.sessionsOn(...mine.interfaceIds)).toHaveLength(1);
    expect(await world.sessionsOn(...others.flatMap(({ interfaceIds }) => interfaceIds))).toEqual([]);
  });

  test("an instance is answered about itself also when somebody else asked first", async () => {
    const launched = await world.quietly();
    const [eni = ""] = launched.interfaceIds;
    await world.ask("Mirror Requested", { network_interface_id: eni });
    expect(await run(launched, "-i", eni)).toMatchObject({ status: 0 });
    expect(await world.sessionsOn(eni)).toHaveLength(1);
  });
};
