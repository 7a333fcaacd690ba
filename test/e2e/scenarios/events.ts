import { StartInstancesCommand, StopInstancesCommand } from "@aws-sdk/client-ec2";
import { tagsOf } from "../../support/aws.js";
import { isOurs, MARKED, WHERE, type World } from "../world.js";

export const events = (world: World): void => {
  test("a running instance is mirrored, with the target of its zone, and the session says whose it is", async () => {
    for (const zone of world.zones.slice(0, 2)) {
      const launched = await world.launch({ zone });
      const [session, ...more] = await world.sessionsOn(launched.interfaceIds);
      expect(more).toEqual([]);
      expect(session).toMatchObject({
        TrafficMirrorTargetId: world.target(zone),
        TrafficMirrorFilterId: world.outputs.vpcs.source.filter_id,
        SessionNumber: 1,
        VirtualNetworkId: world.outputs.vpcs.source.vni,
      });
      expect(tagsOf(session?.Tags)).toMatchObject({
        "traffic-mirror:controller": "traffic-mirror",
        "traffic-mirror:rule": "marked",
        Project: "traffic-mirror",
      });
      await world.terminate(launched);
    }
  });

  test("an instance in a zone without a target is mirrored to another zone's", async () => {
    const [, , zone = ""] = world.zones;
    expect(world.target(zone)).toBeUndefined();
    const launched = await world.launch({ zone });
    const [session] = await world.oursOn(launched.interfaceIds);
    const targets = world.zones.map((each) => world.target(each));
    expect(targets).toContain(session?.TrafficMirrorTargetId);
    await world.terminate(launched);
  });

  test("every interface of an instance is mirrored, and the sessions go with the instance", async () => {
    const launched = await world.launch({ interfaces: 2 });
    expect(launched.interfaceIds).toHaveLength(2);
    expect(await world.oursOn(launched.interfaceIds)).toHaveLength(2);
    await world.terminate(launched);
    expect(await world.sessionsOn(launched.interfaceIds)).toEqual([]);
  });

  test("a session is there within seconds of the launch, by its events alone", async () => {
    await world.cloud.clearRecords();
    const before = (await world.cloud.visibility()).length;
    const launched = await world.launch();
    expect(await world.oursOn(launched.interfaceIds)).toHaveLength(1);
    expect(await world.cloud.invocations(world.outputs.function_names.sweep)).toEqual([]);
    // The tries of a look that is too early, and none of the later ones that a follow-up has.
    const waits = (await world.cloud.visibility()).slice(before).map(({ seconds }) => seconds);
    expect(waits.filter((seconds) => ![1, 2, 4, 8].includes(seconds))).toEqual([]);
    await world.terminate(launched);
  });

  test("stopping takes the session away, starting brings it back", async () => {
    const launched = await world.launch();
    const InstanceIds = [launched.instanceId];
    await world.cloud.settle(); // a session that is younger than lists lag is seen when the stop is over
    await world.aws.ec2.send(new StopInstancesCommand({ InstanceIds }));
    await world.cloud.idle();
    expect(await world.sessionsOn(launched.interfaceIds)).toEqual([]);
    await world.cloud.settle(); // an instance takes longer to stop than lists to show it
    await world.aws.ec2.send(new StartInstancesCommand({ InstanceIds }));
    await world.cloud.idle();
    expect(await world.oursOn(launched.interfaceIds)).toHaveLength(1);
    await world.terminate(launched);
  });

  test("what no rule selects and what AWS does not mirror gets no session, and the reason is named", async () => {
    const unmarked = await world.launch({ tags: {} });
    const old = await world.launch({ type: "t2.micro" });
    expect(await world.sessionsOn([...unmarked.interfaceIds, ...old.interfaceIds])).toEqual([]);
    await world.cloud.settle();
    const sweep = world.outputs.function_names.sweep;
    const { not_mirrored: named } = await world.aws.invoke<{ not_mirrored: object[] }>(sweep, {
      explain: true,
    });
    expect(named).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ instance: old.instanceId, selected: true, reason: "instance-type" }),
        expect.objectContaining({ instance: unmarked.instanceId, selected: false, reason: "no-rule" }),
      ]),
    );
    await world.terminate(unmarked, old);
  });

  test("the same message twice makes one session", async () => {
    const launched = await world.launch();
    const [before] = await world.oursOn(launched.interfaceIds);
    await world.cloud.settle();
    await world.cloud.resetCounts();
    const event = {
      source: "aws.ec2",
      detailType: "EC2 Instance State-change Notification",
      detail: { "instance-id": launched.instanceId, state: "running" },
    };
    await world.cloud.emit(event);
    await world.cloud.emit(event);
    await world.cloud.idle();
    expect((await world.ec2Calls()).mutations).toBe(0);
    const after = await world.oursOn(launched.interfaceIds);
    expect(after.map((each) => each.TrafficMirrorSessionId)).toEqual([before?.TrafficMirrorSessionId]);
    await world.terminate(launched);
  });

  test("an instance outside the VPCs given is left alone", async () => {
    const before = (await world.aws.sessions()).filter(isOurs).length;
    const outputs = world.outputs as unknown as { capture_vpc_id: string };
    const { instances } = await world.cloud.fleet<{ instances: { id: string }[] }>({
      do: "add",
      ...WHERE,
      spec: {
        count: 1,
        vpcId: outputs.capture_vpc_id,
        subnets: [{ subnetId: "subnet-0aaaaaaaaaaaaaaaa", zone: world.zones[0] ?? "" }],
        tags: MARKED,
      },
      emit: true,
    });
    await world.cloud.idle();
    expect(instances).toHaveLength(1);
    expect((await world.aws.sessions()).filter(isOurs)).toHaveLength(before);
  });
};
