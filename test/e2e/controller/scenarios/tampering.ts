import {
  DeleteTrafficMirrorSessionCommand,
  EC2Client,
  ModifyTrafficMirrorSessionCommand,
} from "@aws-sdk/client-ec2";
import { DEFAULT_ACCOUNT } from "../../../../local-cloud/index.js";
import { assumeRole, createRole } from "../../../../local-cloud/support/resources.js";
import { until, type World } from "../world.js";

const TAMPERED = "Mirror Session Tampered";

export const tampering = (world: World): void => {
  const mirrored = async () => {
    const launched = await world.quietly({ Mirror: "true" });
    await world.sweep();
    const [eni = ""] = launched.interfaceIds;
    const [session] = await world.sessionsOn(eni);
    await world.hubReports();
    return { eni, TrafficMirrorSessionId: session?.TrafficMirrorSessionId ?? "" };
  };
  const jane = async () => {
    await createRole(world.cloud, DEFAULT_ACCOUNT, "operator").catch(() => undefined);
    const { config } = await assumeRole(world.cloud, DEFAULT_ACCOUNT, "operator", "jane");
    return { ec2: new EC2Client(config), arn: `arn:aws:sts::${DEFAULT_ACCOUNT}:assumed-role/operator/jane` };
  };

  test("a session that somebody deletes is back at once, and who did it is reported", async () => {
    const { eni, TrafficMirrorSessionId } = await mirrored();
    const { ec2, arn } = await jane();
    await world.cloud.clearRecords();
    await ec2.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId }));
    const [session] = await until(
      () => world.sessionsOn(eni),
      (all) => all.length === 1,
    );
    expect(session?.TrafficMirrorSessionId).toMatch(/^tms-/);
    expect(session?.TrafficMirrorSessionId).not.toBe(TrafficMirrorSessionId);
    expect(await world.hubReportsOf(TAMPERED)).toMatchObject([
      { session_id: TrafficMirrorSessionId, call: "DeleteTrafficMirrorSession", who: arn },
    ]);
    expect(await world.count("Tampering")).toBe(1);
  });

  test("a session that somebody changes is put right, by whoever owns the account too", async () => {
    const { eni, TrafficMirrorSessionId } = await mirrored();
    const [before] = await world.sessionsOn(eni);
    await world.settle();
    await world.aws.ec2.send(
      new ModifyTrafficMirrorSessionCommand({ TrafficMirrorSessionId, SessionNumber: 77, PacketLength: 100 }),
    );
    const healed = await until(
      () => world.sessionsOn(eni),
      ([session]) => session?.SessionNumber === before?.SessionNumber && session?.PacketLength === undefined,
    );
    expect(healed).toEqual([before]);
    expect(await world.hubReportsOf(TAMPERED)).toMatchObject([
      { call: "ModifyTrafficMirrorSession", who: `arn:aws:iam::${DEFAULT_ACCOUNT}:root` },
    ]);
  });

  test("it is reported as well when a sweep was faster than the trail", async () => {
    const { eni, TrafficMirrorSessionId } = await mirrored();
    await world.cloud.settings({ trail: false });
    await world.aws.ec2.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId }));
    await world.sweep();
    const [healed] = await world.sessionsOn(eni);
    expect(healed?.TrafficMirrorSessionId).toMatch(/^tms-/);
    await world.hubReports();
    await world.cloud.settings({ trail: true });
    await world.put("api-delete-traffic-mirror-session", { session: TrafficMirrorSessionId });
    expect(await world.hubReportsOf(TAMPERED)).toMatchObject([{ session_id: TrafficMirrorSessionId }]);
    expect(await world.sessionsOn(eni)).toEqual([healed]);
  });

  test("our own deletions and changes are nobody's tampering", async () => {
    const watched = await world.quietly();
    const [eni = ""] = watched.interfaceIds;
    await world.ask("Mirror Requested", { network_interface_id: eni });
    expect(await world.sessionsOn(eni)).toHaveLength(1);
    await world.hubReports();
    await world.cloud.clearRecords();
    await world.forget();
    expect(await world.sessionsOn(eni)).toEqual([]);
    const received = await world.hubReports();
    expect(received.map((each) => each["detail-type"])).not.toContain(TAMPERED);
    expect(await world.count("Tampering")).toBe(0);
  });

  test("a call that failed, and a session of somebody else, are none either", async () => {
    await world.hubReports();
    const none = new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: "tms-0123456789abcdef0" });
    await expect(world.aws.ec2.send(none)).rejects.toThrow();
    expect(await world.hubReportsOf(TAMPERED)).toEqual([]);
  });
};
