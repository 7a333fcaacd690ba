import {
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorSessionCommand,
  CreateTrafficMirrorTargetCommand,
  DeleteTagsCommand,
  DeleteTrafficMirrorSessionCommand,
  ModifyTrafficMirrorSessionCommand,
} from "@aws-sdk/client-ec2";
import { isOurs, type World } from "../world.js";

/** A session that somebody else made, with a filter and a target of their own; it outlives the suite. */
export const makeForeignSession = async (world: World, interfaceId: string): Promise<string> => {
  const { ec2 } = world.aws;
  const collector = await world.launch({ tags: { Name: "their collector" } });
  const { TrafficMirrorTarget } = await ec2.send(
    new CreateTrafficMirrorTargetCommand({ NetworkInterfaceId: collector.interfaceIds[0] }),
  );
  const { TrafficMirrorFilter } = await ec2.send(new CreateTrafficMirrorFilterCommand({}));
  const { TrafficMirrorSession } = await ec2.send(
    new CreateTrafficMirrorSessionCommand({
      NetworkInterfaceId: interfaceId,
      TrafficMirrorTargetId: TrafficMirrorTarget?.TrafficMirrorTargetId,
      TrafficMirrorFilterId: TrafficMirrorFilter?.TrafficMirrorFilterId,
      SessionNumber: 1,
    }),
  );
  return TrafficMirrorSession?.TrafficMirrorSessionId ?? "";
};

export const healing = (world: World): void => {
  test("a session deleted by hand is back after the next sweep", async () => {
    const launched = await world.launch({ interfaces: 2 });
    const [session] = await world.oursOn(launched.interfaceIds);
    const TrafficMirrorSessionId = session?.TrafficMirrorSessionId;
    await world.aws.ec2.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId }));
    expect(await world.oursOn(launched.interfaceIds)).toHaveLength(1);
    await world.sweep();
    expect(await world.oursOn(launched.interfaceIds)).toHaveLength(2);
    await world.terminate(launched);
  });

  test("a session changed by hand is put right in place", async () => {
    const launched = await world.launch();
    const [before] = await world.oursOn(launched.interfaceIds);
    const TrafficMirrorSessionId = before?.TrafficMirrorSessionId;
    await world.aws.ec2.send(
      new ModifyTrafficMirrorSessionCommand({
        TrafficMirrorSessionId,
        TrafficMirrorTargetId: world.target(world.zones[1] ?? ""),
        SessionNumber: 77,
        PacketLength: 100,
      }),
    );
    await world.aws.ec2.send(
      new DeleteTagsCommand({
        Resources: [TrafficMirrorSessionId ?? ""],
        Tags: [{ Key: "traffic-mirror:rule" }, { Key: "Project" }],
      }),
    );
    await world.sweep();
    const [after, ...more] = await world.oursOn(launched.interfaceIds);
    expect(more).toEqual([]);
    const byKey = (tags: { Key?: string | undefined }[] = []) =>
      [...tags].sort((a, b) => ((a.Key ?? "") < (b.Key ?? "") ? -1 : 1));
    expect({ ...after, Tags: byKey(after?.Tags) }).toEqual({ ...before, Tags: byKey(before?.Tags) });
    await world.terminate(launched);
  });

  test("a sweep mirrors what no event reported", async () => {
    await world.cloud.settings({ instanceEvents: false });
    const launched = await world.launch();
    expect(await world.oursOn(launched.interfaceIds)).toEqual([]);
    await world.cloud.settings({ instanceEvents: true });
    await world.sweep();
    expect(await world.oursOn(launched.interfaceIds)).toHaveLength(1);
    await world.terminate(launched);
  });

  test("a second sweep changes nothing", async () => {
    await world.sweep();
    await world.cloud.resetCounts();
    await world.sweep();
    expect((await world.ec2Calls()).mutations).toBe(0);
  });

  test("somebody else's session is stepped around and never touched", async () => {
    await world.cloud.settings({ instanceEvents: false });
    const launched = await world.launch();
    const theirs = await makeForeignSession(world, launched.interfaceIds[0] ?? "");
    await world.cloud.settings({ instanceEvents: true });
    const before = (await world.aws.sessions()).find((each) => each.TrafficMirrorSessionId === theirs);
    await world.sweep();
    await world.sweep();
    const sessions = await world.sessionsOn(launched.interfaceIds);
    expect(sessions.map((each) => each.SessionNumber)).toEqual([1, 2]);
    expect(sessions.map(isOurs)).toEqual([false, true]);
    expect(sessions[0]).toEqual(before);
  });

  test("an interface that is a target is never a source", async () => {
    const collectors = await world.launch();
    const [interfaceId = ""] = collectors.interfaceIds;
    expect(await world.oursOn([interfaceId])).toHaveLength(1);
    const [session] = await world.oursOn([interfaceId]);
    const { ec2 } = world.aws;
    const TrafficMirrorSessionId = session?.TrafficMirrorSessionId;
    await ec2.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId }));
    await ec2.send(new CreateTrafficMirrorTargetCommand({ NetworkInterfaceId: interfaceId }));
    // Targets are cached for a minute; the local cloud's functions start anew when their configuration is put.
    await world.freshFunctions();
    await world.sweep();
    expect(await world.oursOn([interfaceId])).toEqual([]);
  });
};
