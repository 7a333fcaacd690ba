import { DynamoDBClient, GetItemCommand, QueryCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { StartMessageMoveTaskCommand } from "@aws-sdk/client-sqs";
import { GetParametersByPathCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { metadataService, requestMirror } from "../../../support/request-mirror.js";
import type { Launched } from "../../../support/aws.js";
import { DEFAULT_ACCOUNT } from "../../../../local-cloud/index.js";
import { sdk } from "../../../../local-cloud/support/resources.js";
import { CONTROLLER, isOurs, PATIENTLY, until, type World } from "../world.js";

const MINUTE = 60_000;

export const demands = (world: World): void => {
  const envOf = async (launched: Launched, role: "app" | "nobody" = "app") => ({
    ...world.cloud.env(),
    AWS_ACCESS_KEY_ID: (await world.as(role, launched.instanceId)).accessKeyId,
  });
  const run = async (launched: Launched, ...args: readonly string[]) =>
    requestMirror(["-n", CONTROLLER, ...PATIENTLY, ...args], await envOf(launched));

  // Also what a failed test left.
  afterEach(() => world.forget());

  test("an instance asks for itself at boot, knowing nothing but the controller's name", async () => {
    const launched = await world.quietly();
    const [eni = ""] = launched.interfaceIds;
    const metadata = await metadataService(eni);
    const env = { ...(await envOf(launched)), AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url };
    const first = await requestMirror(
      ["-n", CONTROLLER, ...PATIENTLY, "-r", 'a "test" \\ of mine', "-e", "5"],
      env,
    );
    const sessions = await world.sessionsOn(eni);
    expect({ ...first, seconds: 0 }).toEqual({ status: 0, said: "", seconds: 0 });
    expect(sessions.map(isOurs)).toEqual([true]);
    const { userId } = await world.as("app", launched.instanceId);
    const claim = () => world.claims.of(eni, userId);
    expect(await claim()).toMatchObject({
      status: "mirrored",
      sessionId: sessions[0]?.TrafficMirrorSessionId,
      note: 'a "test" \\ of mine',
    });
    // Region and interface from the metadata service, another shell, and nothing new for the second request.
    const { AWS_REGION: _, AWS_DEFAULT_REGION: __, ...bare } = env as Record<string, string>;
    const again = await requestMirror(["-n", CONTROLLER, ...PATIENTLY], bare, "bash");
    expect(again).toMatchObject({ status: 0, said: "" });
    expect(await world.sessionsOn(eni)).toEqual(sessions);
    await metadata.stop();

    expect((await run(launched, "-i", eni, "-w")).status).toBe(0);
    await world.cloud.idle();
    await world.sweep();
    expect(await world.sessionsOn(eni)).toEqual([]);
    expect(await claim()).toMatchObject({ status: "ended", sessionId: undefined });
    // An ended claim is no answer to a new request.
    expect(await run(launched, "-i", eni)).toMatchObject({ status: 0 });
  });

  test("nobody asks under another's name, reads another's claim or forges a report", async () => {
    const [mine, theirs] = [await world.quietly(), await world.quietly()];
    const [eni = ""] = theirs.interfaceIds;
    expect((await run(theirs, "-i", eni)).status).toBe(0);
    const before = (await world.cloud.denials()).length;
    const trusted = await run(mine, "-i", eni, "-a");
    expect(trusted).toMatchObject({ status: 5, said: expect.stringContaining("not authorized") });
    const nobody = await requestMirror(["-n", CONTROLLER, "-i", eni], await envOf(mine, "nobody"));
    expect(nobody).toMatchObject({ status: 5, said: expect.stringContaining("dynamodb:GetItem") });
    expect((await world.cloud.denials()).length).toBeGreaterThan(before);
    expect((await run(mine, "-i", eni, "-w")).status).toBe(0);
    await world.cloud.idle();
    const other = await world.as("app", theirs.instanceId);
    expect(await world.claims.of(eni, other.userId)).toMatchObject({ status: "mirrored" });
    const { config, userId } = await world.as("app", mine.instanceId);
    const client = new DynamoDBClient(config);
    const TableName = world.outputs.demands_table_name;
    const read = (requester: string) =>
      client
        .send(new GetItemCommand({ TableName, Key: { requester: { S: requester }, item: { S: eni } } }))
        .then(
          () => "read",
          (error: unknown) => (error as Error).name,
        );
    expect(await read(userId)).toBe("read");
    for (const requester of [other.userId, "traffic-mirror", "guardduty", "interfaces", "findings"])
      expect(await read(requester)).toBe("AccessDeniedException");
    await expect(client.send(new ScanCommand({ TableName }))).rejects.toThrow(/dynamodb:Scan/);
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: "requester = :me",
        ExpressionAttributeValues: { ":me": { S: userId } },
      }),
    );
    // A withdrawal of what it never asked for, and how often it has spoken.
    expect(Items.map(({ requester }) => requester?.S)).toEqual(Items.map(() => userId));
    await world.cloud.forgive();
  });

  test("what is outside the VPCs is refused, and what nobody answers ends in time", async () => {
    const outside = await world.quietly({}, world.foreignSubnetId);
    const [eni = ""] = outside.interfaceIds;
    const ran = await requestMirror(["-n", CONTROLLER, "-i", eni, "-a", ...PATIENTLY], world.cloud.env());
    expect(ran).toMatchObject({ status: 3, said: expect.stringContaining("refused: outside-vpcs") });
    const launched = await world.quietly();
    const other = ["-n", CONTROLLER, "-i", launched.interfaceIds[0] ?? "", "-a", "-t", "3"];
    const fault = { action: "events:PutEvents", first: 100, code: "InternalFailure" };
    await world.cloud.interfere({ faults: [fault] });
    expect(await requestMirror(other, { ...world.cloud.env(), AWS_MAX_ATTEMPTS: "1" })).toMatchObject({
      status: 5,
    });
    await world.cloud.interfere({});
    // How an earlier claim ended is no answer to this request.
    const about = { network_interface_id: launched.interfaceIds[0] };
    await world.cloud.settle();
    await world.ask("Mirror Requested", about);
    await world.ask("Mirror Withdrawn", about);
    await world.inSilence(async () => {
      const late = await requestMirror(other, world.cloud.env());
      expect(late).toMatchObject({
        status: 4,
        said: expect.stringContaining(
          "not mirrored after 3 seconds; the last answer was: nobody has answered",
        ),
      });
      // Its default is two minutes.
      expect(late.seconds).toBeLessThan(120);
    });
  });

  test.each([
    [[]],
    [["-n", "bad name"]],
    [["-n", "x", "-i", "eni-x; id"]],
    [["-n", "x", "-t", "soon"]],
    [["-n", "x", "-t", "09"]],
    [["-n", "x", "-e", "0"]],
    [["-n", "x", "-e", "99999999999999999999"]],
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
    const end = Date.parse((await world.claims.of(eni))?.expiresAt ?? "");
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
    await world.forget();
    expect(await world.sessionsOn(...ids)).toEqual([]);
  });

  test("one requester has four open and asks twelve times a minute; others have their own", async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => world.quietly()));
    const enis = all.map(({ interfaceIds }) => interfaceIds[0] ?? "");
    // Not an instance's session, so it may name any interface; with signs that other formats cut at.
    const { accessKeyId } = await world.as("app", "web,a=b.c@d");
    const env = { ...world.cloud.env(), AWS_ACCESS_KEY_ID: accessKeyId };
    const ask = (eni: string, ...more: string[]) =>
      requestMirror(["-n", CONTROLLER, "-i", eni, ...PATIENTLY, ...more], env);
    // Eight callers of one session at the same time.
    const ran = await Promise.all(enis.map((eni) => ask(eni, "-r", "\\".repeat(200))));
    expect(ran.map(({ status }) => status).sort()).toEqual([0, 0, 0, 0, 6, 6, 6, 6]);
    const refused = ran.findIndex(({ status }) => status === 6);
    expect(ran[refused]?.said).toContain("refused: too-many-claims");
    expect(await world.sessionsOn(...enis)).toHaveLength(4);
    const { userId } = await world.as("app", "web,a=b.c@d");
    const taken = enis.find((_, n) => ran[n]?.status === 0) ?? "";
    expect(await world.claims.of(taken, userId)).toMatchObject({
      status: "mirrored",
      note: "\\".repeat(200),
    });
    const others = await run(all[refused] as Launched, "-i", enis[refused] ?? "");
    expect(others).toMatchObject({ status: 0 });
    // Withdrawals count as well; 30 of them are in two minutes at most, which let in twelve each.
    await world.cloud.clearRecords();
    const { config } = await world.as("app", "web,a=b.c@d");
    const events = new EventBridgeClient(config);
    const entry = {
      EventBusName: CONTROLLER,
      Source: `traffic-mirror/${userId}`,
      DetailType: "Mirror Withdrawn",
      Detail: JSON.stringify({ network_interface_id: enis[refused] }),
    };
    for (let i = 0; i < 3; i++)
      await events.send(new PutEventsCommand({ Entries: Array.from({ length: 10 }, () => entry) }));
    await world.cloud.idle();
    expect(await world.count("RequestsRefused")).toBeGreaterThanOrEqual(6);
    expect(await world.sessionsOn(...enis)).toHaveLength(5);
    expect(await world.aws.queued("mirror-requests-dlq")).toBe(0);
  });

  test("the end comes by itself: a sweep takes the session, whatever cleans up the claim", async () => {
    const launched = await world.quietly();
    const [eni = ""] = launched.interfaceIds;
    await world.ask("Mirror Requested", { network_interface_id: eni });
    expect(await world.sessionsOn(eni)).toHaveLength(1);
    // As it would be when time has passed: the functions have no other clock than the machine's.
    const past = Date.now() - MINUTE;
    const claim = await world.claims.item("traffic-mirror", eni);
    await world.claims.put({ ...claim, expires_at: { S: new Date(past).toISOString() } });
    const copies = Object.entries((await world.claims.item("interfaces", eni)) ?? {});
    await world.claims.put(
      Object.fromEntries(
        copies.map(([name, value]) => [
          name,
          value.M === undefined ? value : { M: { ...value.M, until: { N: String(past) } } },
        ]),
      ),
    );
    await world.sweep();
    expect(await world.sessionsOn(eni)).toEqual([]);
    expect(await world.claims.of(eni)).toMatchObject({ status: "ended" });
    // Nothing counts it any longer, and DynamoDB removes it some day.
    expect(await world.claims.item("everybody", "quota")).toMatchObject({ claims: { N: "0" } });
    expect(Number((await world.claims.item("traffic-mirror", eni))?.["remove_at"]?.N)).toBeGreaterThan(0);
  });

  test("a request that comes back from the dead-letter queue counts from when it was received first", async () => {
    const launched = await world.quietly();
    const [eni = ""] = launched.interfaceIds;
    // a second is two milliseconds
    await world.cloud.settings({ visibilityScale: 0.002 });
    const fault = { action: "dynamodb:TransactWriteItems", first: 10_000, code: "InternalServerError" };
    await world.cloud.interfere({ faults: [fault] });
    await world.ask("Mirror Requested", { network_interface_id: eni, expires_in_minutes: 5 });
    const received = Date.now();
    const dead = () => world.aws.queued("mirror-requests-dlq");
    expect(await until(dead, (count) => count === 1)).toBe(1);
    await world.cloud.interfere({});
    await world.cloud.settings({ visibilityScale: 1 });
    expect(await world.claims.of(eni)).toBeUndefined();
    // Later by more than an event's time, which has whole seconds, can hide.
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, received + 4_000 - Date.now())));
    const { requests_dlq: SourceArn, requests: DestinationArn } = world.outputs.queue_arns;
    await world.aws.sqs.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn }));
    const claim = await until(
      () => world.claims.of(eni),
      (found) => found?.status === "mirrored",
    );
    expect(claim?.status).toBe("mirrored");
    expect(Date.parse(claim?.expiresAt ?? "")).toBeLessThanOrEqual(received + 5 * MINUTE + 1_000);
    expect(await dead()).toBe(0);
    await world.cloud.idle();
  });

  test("the first sweep takes over what the version before kept in parameters", async () => {
    const launched = await world.quietly();
    const [eni = ""] = launched.interfaceIds;
    const ssm = sdk(world.cloud, DEFAULT_ACCOUNT, SSMClient);
    const Path = `/${CONTROLLER}/demands`;
    const now = Date.now();
    const at = (minutes: number) => new Date(now + minutes * MINUTE).toISOString();
    const Value = JSON.stringify({
      network_interface_id: eni,
      status: "mirrored",
      session_id: null,
      since: at(-10),
      claims: [
        { by: "traffic-mirror", since: at(-10), expires_at: at(20), note: "INC-4711" },
        { by: "traffic-mirror/AROA:old", since: at(-60), expires_at: at(-1) },
      ],
    });
    await ssm.send(new PutParameterCommand({ Name: `${Path}/${eni}`, Type: "String", Value }));
    await world.settle();
    await world.sweep();
    expect(await world.sessionsOn(eni)).toHaveLength(1);
    expect(await world.claims.of(eni)).toMatchObject({
      status: "mirrored",
      expiresAt: at(20),
      note: "INC-4711",
    });
    expect(await world.claims.of(eni, "AROA:old")).toBeUndefined();
    const { Parameters } = await ssm.send(new GetParametersByPathCommand({ Path }));
    expect(Parameters).toEqual([]);
  });

  test.each(["2100-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z"])(
    "an event that says it is of %s opens nothing that lasts, and hides nothing from findings",
    async (time) => {
      const launched = await world.quietly({ Watch: "true" });
      const [eni = ""] = launched.interfaceIds;
      const { config, userId } = await world.as("app", launched.instanceId);
      const entry = {
        EventBusName: CONTROLLER,
        Source: `traffic-mirror/${userId}`,
        DetailType: "Mirror Requested",
        Detail: JSON.stringify({ network_interface_id: eni }),
        Time: new Date(time),
      };
      await new EventBridgeClient(config).send(new PutEventsCommand({ Entries: [entry] }));
      await world.cloud.idle();
      const end = Date.parse((await world.claims.of(eni, userId))?.expiresAt ?? "");
      expect(end).toBeLessThan(Date.now() + 61 * MINUTE);
      await world.put("guardduty-finding", { instance: launched.instanceId, eni });
      expect(await world.sessionsOn(eni)).toHaveLength(1);
      expect(await world.claims.of(eni, "guardduty")).toMatchObject({ status: "mirrored" });
    },
  );
};
