import { PutParameterCommand } from "@aws-sdk/client-ssm";
import { metadataService, requestMirror } from "../../../support/request-mirror.js";
import type { Launched } from "../../../support/aws.js";
import { CONTROLLER, isOurs, type World } from "../world.js";

const MINUTE = 60_000;

export const demands = (world: World): void => {
  const envOf = async (launched: Launched, role: "app" | "nobody" = "app") => ({
    ...world.cloud.env(),
    AWS_ACCESS_KEY_ID: (await world.as(role, launched.instanceId)).accessKeyId,
  });
  const run = async (launched: Launched, ...args: readonly string[]) =>
    requestMirror(["-n", CONTROLLER, ...args], await envOf(launched));

  // Also what a failed test left; how many there are is remembered for a minute by each process.
  afterEach(async () => {
    const left = await world.demands();
    if (left.length > 0) await world.forget(...left);
    await world.settle();
  });

  test("an instance asks for itself at boot, knowing nothing but the controller's name", async () => {
    const launched = await world.quietly();
    const [eni = ""] = launched.interfaceIds;
    const metadata = await metadataService(eni);
    const env = { ...(await envOf(launched)), AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url };
    const first = await requestMirror(["-n", CONTROLLER, "-r", 'a "test" \\ of mine', "-e", "5"], env);
    const sessions = await world.sessionsOn(eni);
    expect({ ...first, seconds: 0 }).toEqual({ status: 0, said: "", seconds: 0 });
    expect(sessions.map(isOurs)).toEqual([true]);
    expect(await world.demand(eni)).toMatchObject({
      status: "mirrored",
      session_id: sessions[0]?.TrafficMirrorSessionId,
      claims: [
        { by: expect.stringMatching(new RegExp(`^traffic-mirror/AROA[A-Z0-9]+:${launched.instanceId}$`)) },
      ],
    });
    // Region and interface from the metadata service, another shell, and nothing new for the second request.
    const { AWS_REGION: _, AWS_DEFAULT_REGION: __, ...bare } = env as Record<string, string>;
    const again = await requestMirror(["-n", CONTROLLER], bare, "bash");
    expect(again).toMatchObject({ status: 0, said: "" });
    expect(await world.sessionsOn(eni)).toEqual(sessions);
    await metadata.stop();

    expect((await run(launched, "-i", eni, "-w")).status).toBe(0);
    await world.cloud.idle();
    await world.sweep();
    expect(await world.sessionsOn(eni)).toEqual([]);
    expect(await world.demand(eni)).toMatchObject({ status: "ended", session_id: null });
    // An ended demand is no answer to a new request.
    expect(await run(launched, "-i", eni)).toMatchObject({ status: 0 });
  });

  test("nobody asks under another's name, reads another's demand or forges a report", async () => {
    const [mine, theirs] = [await world.quietly(), await world.quietly()];
    const [eni = ""] = theirs.interfaceIds;
    expect((await run(theirs, "-i", eni)).status).toBe(0);
    const before = (await world.cloud.denials()).length;
    const trusted = await run(mine, "-i", eni, "-a");
    expect(trusted).toMatchObject({ status: 5, said: expect.stringContaining("not authorized") });
    const nobody = await requestMirror(["-n", CONTROLLER, "-i", eni], await envOf(mine, "nobody"));
    expect(nobody).toMatchObject({ status: 5, said: expect.stringContaining("events:PutEvents") });
    expect((await world.cloud.denials()).length).toBeGreaterThan(before);
    expect((await run(mine, "-i", eni, "-w")).status).toBe(0);
    await world.cloud.idle();
    expect(await world.demand(eni)).toMatchObject({ status: "mirrored" });
    await world.cloud.forgive();
  });

  test("what is outside the VPCs is refused, and what nobody answers ends in time", async () => {
    const outside = await world.quietly({}, world.foreignSubnetId);
    const [eni = ""] = outside.interfaceIds;
    const ran = await requestMirror(["-n", CONTROLLER, "-i", eni, "-a", "-t", "30"], world.cloud.env());
    expect(ran).toMatchObject({ status: 3, said: expect.stringContaining("refused: outside-vpcs") });
    await world.forget(eni);

    const launched = await world.quietly();
    const other = ["-n", CONTROLLER, "-i", launched.interfaceIds[0] ?? "", "-a", "-t", "3"];
    const fault = { action: "events:PutEvents", first: 100, code: "InternalFailure" };
    await world.cloud.interfere({ faults: [fault] });
    expect(await requestMirror(other, { ...world.cloud.env(), AWS_MAX_ATTEMPTS: "1" })).toMatchObject({
      status: 5,
    });
    await world.cloud.interfere({});
    await world.inSilence(async () => {
      const late = await requestMirror(other, world.cloud.env());
      expect(late).toMatchObject({
        status: 4,
        said: expect.stringContaining("not mirrored after 3 seconds"),
      });
      expect(late.seconds).toBeLessThan(25);
    });
  });

  test.each([
    [[]],
    [["-n", "bad name"]],
    [["-n", "x", "-i", "eni-x; id"]],
    [["-n", "x", "-t", "soon"]],
    [["-n", "x", "-e", "0"]],
    [["-n", "x", "more"]],
    [["-z"]],
  ])("usage: %j", async (args) => {
    const ran = await requestMirror(args, world.cloud.env());
    expect(ran).toMatchObject({ status: 2, said: expect.stringContaining("usage:") });
  });

  test("a demand lasts no longer than the maximum, however often it is asked for", async () => {
    const launched = await world.quietly();
    const [eni = ""] = launched.interfaceIds;
    const ask = () =>
      world.ask("Mirror Requested", { instance_id: launched.instanceId, expires_in_minutes: 525_600 });
    const began = Date.now();
    for (let i = 0; i < 3; i++) await ask();
    const end = Date.parse((await world.demand(eni))?.expires_at ?? "");
    expect(end).toBeGreaterThan(began + 59 * MINUTE);
    expect(end).toBeLessThan(Date.now() + 61 * MINUTE);
  });

  test("more than the limit are refused, and counted", async () => {
    await world.cloud.clearRecords();
    const all = await Promise.all(Array.from({ length: 3 }, () => world.quietly()));
    const more = [...all];
    for (let i = 0; i < 5; i++) more.push(await world.quietly());
    for (const { instanceId } of more) await world.ask("Mirror Requested", { instance_id: instanceId });
    const ids = more.flatMap(({ interfaceIds }) => interfaceIds);
    expect(await world.sessionsOn(...ids)).toHaveLength(6);
    expect(await world.count("DemandsOpened")).toBe(6);
    expect(await world.count("DemandsRefused")).toBe(2);
    await world.forget(...ids);
    expect(await world.sessionsOn(...ids)).toEqual([]);
  });

  test("the end comes by itself: a sweep takes the session, and later the parameter", async () => {
    const launched = await world.quietly();
    const [eni = ""] = launched.interfaceIds;
    await world.ask("Mirror Requested", { network_interface_id: eni });
    expect(await world.sessionsOn(eni)).toHaveLength(1);
    // As it would be when time has passed: the functions have no other clock than the machine's.
    const shift = async (by: number) => {
      const demand = await world.demand(eni);
      const text = JSON.stringify(demand).replace(/"(\d{4}-\d\d-\d\dT[^"]+Z)"/g, (_, time: string) =>
        JSON.stringify(new Date(Date.parse(time) - by).toISOString()),
      );
      const Name = `/${CONTROLLER}/demands/${eni}`;
      await world.aws.ssm.send(new PutParameterCommand({ Name, Value: text, Overwrite: true }));
    };
    await shift(31 * MINUTE);
    await world.sweep();
    expect(await world.sessionsOn(eni)).toEqual([]);
    await world.sweep();
    expect(await world.demand(eni)).toMatchObject({ status: "ended" });
    await shift(61 * MINUTE);
    await world.sweep();
    expect(await world.demand(eni)).toBeUndefined();
  });
};
