/**
 * Hub and client in accounts of their own, each applied with its own credentials, and joined only by what the hub puts
 * out. A third account has credentials as good as the client's, and is not in the register.
 */
import {
  CreateVpcEndpointCommand,
  DescribeVpcEndpointConnectionsCommand,
  type EC2ServiceException,
} from "@aws-sdk/client-ec2";
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { CreateQueueCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { DEFAULT_REGION, startLocalCloud, type LocalCloud } from "../../local-cloud/index.js";
import { createAws, tagsOf, type Aws } from "../support/aws.js";
import { makeEventualIfAsked } from "../support/eventual.js";
import { makeNetwork, type Network } from "../support/network.js";
import { LOCAL_PROVIDER, TerraformRoot } from "../support/terraform.js";

const [HUB, CLIENT, STRANGER] = ["111111111111", "222222222222", "333333333333"] as const;
/** The register as the hub's module takes it. */
const REGISTER = { payments: { account_id: CLIENT, vnis: { main: 101 } } };
const REPORTS = "reports";

interface HubOutputs {
  readonly endpoint_service_name: string;
  readonly event_bus_arn: string;
  readonly availability_zones: Readonly<Record<string, { readonly id: string }>>;
}

interface ClientOutputs {
  readonly vpcs: { readonly main: { readonly targets: Readonly<Record<string, { target_id: string }>> } };
}

interface Report {
  readonly account: string;
  readonly source: string;
  readonly "detail-type": string;
  readonly detail: Readonly<Record<string, unknown>>;
}

let cloud: LocalCloud;
let hub: TerraformRoot;
let client: TerraformRoot;
let at: { hub: Aws; client: Aws; stranger: Aws };
let network: { client: Network; stranger: Network };
let outputs: HubOutputs;

const events = (account: string): EventBridgeClient =>
  new EventBridgeClient({
    endpoint: cloud.url,
    region: DEFAULT_REGION,
    credentials: { accessKeyId: account, secretAccessKey: "local" },
  });

/** What comes to the hub's bus is kept in a queue of the hub, as a SIEM would have it. */
const listen = async (): Promise<void> => {
  const bus = outputs.event_bus_arn.split("/").pop() ?? "";
  const rule = `arn:aws:events:${DEFAULT_REGION}:${HUB}:rule/${bus}/all`;
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: `arn:aws:sqs:${DEFAULT_REGION}:${HUB}:${REPORTS}`,
      Condition: { ArnEquals: { "aws:SourceArn": rule } },
    },
  });
  await at.hub.sqs.send(new CreateQueueCommand({ QueueName: REPORTS, Attributes: { Policy } }));
  const EventPattern = JSON.stringify({ source: [{ prefix: "" }] });
  await events(HUB).send(new PutRuleCommand({ Name: "all", EventBusName: bus, EventPattern }));
  const Targets = [{ Id: "queue", Arn: `arn:aws:sqs:${DEFAULT_REGION}:${HUB}:${REPORTS}` }];
  await events(HUB).send(new PutTargetsCommand({ Rule: "all", EventBusName: bus, Targets }));
};

/** What has come since the last look. */
const reports = async (): Promise<readonly Report[]> => {
  await cloud.idle();
  const QueueUrl = `${cloud.url}/${HUB}/${REPORTS}`;
  const found: Report[] = [];
  for (;;) {
    const { Messages = [] } = await at.hub.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 3600 }),
    );
    if (Messages.length === 0) return found;
    found.push(...Messages.map(({ Body = "" }) => JSON.parse(Body) as Report));
  }
};

/** Asks for an endpoint as an account; the code of EC2's refusal, or "made". */
const connect = async ({ ec2 }: Aws, { vpc_id: VpcId, subnets }: Network): Promise<string> => {
  const wanted = {
    VpcId,
    SubnetIds: Object.values(subnets).slice(0, 1),
    ServiceName: outputs.endpoint_service_name,
  };
  try {
    await ec2.send(new CreateVpcEndpointCommand({ ...wanted, VpcEndpointType: "GatewayLoadBalancer" }));
    return "made";
  } catch (error) {
    return (error as EC2ServiceException).name;
  }
};

/** Puts an event on the hub's bus as an account; the code of the refusal, or "taken". */
const report = async (account: string, Source: string, detail: object = {}): Promise<string> => {
  const entry = {
    Source,
    DetailType: "Mirror Session Changed",
    Detail: JSON.stringify(detail),
    EventBusName: outputs.event_bus_arn,
  };
  const { Entries = [] } = await events(account).send(new PutEventsCommand({ Entries: [entry] }));
  return Entries[0]?.ErrorCode ?? "taken";
};

const clientVariables = () => ({
  account_id: CLIENT,
  endpoint_service_name: outputs.endpoint_service_name,
  hub_event_bus_arn: outputs.event_bus_arn,
  vpcs: { main: { ...network.client, vni: REGISTER.payments.vnis.main } },
});

beforeAll(async () => {
  cloud = await startLocalCloud();
  await cloud.setSchedules({ paused: true });
  await makeEventualIfAsked(cloud);
  at = {
    hub: createAws(cloud.env(HUB)),
    client: createAws(cloud.env(CLIENT)),
    stranger: createAws(cloud.env(STRANGER)),
  };
  network = { client: await makeNetwork(at.client), stranger: await makeNetwork(at.stranger) };
  const overrides = { local: LOCAL_PROVIDER };
  hub = new TerraformRoot({ example: "test/e2e/roots/hub", name: "two-hub", env: cloud.env(HUB), overrides });
  client = new TerraformRoot({
    example: "examples/client",
    name: "two-client",
    env: cloud.env(CLIENT),
    overrides,
  });
  await hub.init();
  await client.init();
  await hub.apply({ clients: REGISTER });
  outputs = await hub.outputs<HubOutputs>();
  await listen();
  await client.apply(clientVariables());
});

afterAll(async () => {
  await (cloud as LocalCloud | undefined)?.stop();
  (hub as TerraformRoot | undefined)?.remove();
  (client as TerraformRoot | undefined)?.remove();
});

test("credentials of another account than the one that is meant change nothing", async () => {
  await expect(client.plan({ ...clientVariables(), account_id: STRANGER })).rejects.toThrow(
    /not allowed|account/i,
  );
});

test("the client's endpoints are connected to the hub's service, one in each zone that the hub serves", async () => {
  const { VpcEndpointConnections: found = [] } = await at.hub.ec2.send(
    new DescribeVpcEndpointConnectionsCommand({}),
  );
  expect(found.map(({ VpcEndpointOwner, VpcEndpointState }) => [VpcEndpointOwner, VpcEndpointState])).toEqual(
    Object.values(outputs.availability_zones).map(() => [CLIENT, "available"]),
  );
});

test("an instance in the client is mirrored there, under its VNI, and the hub hears of it", async () => {
  await reports();
  const launched = await at.client.launch({
    subnetId: Object.values(network.client.subnets)[0] ?? "",
    tags: { Mirror: "true" },
  });
  const received = await reports();
  const [session, ...more] = await at.client.sessions();
  expect(more).toEqual([]);
  expect(session).toMatchObject({
    NetworkInterfaceId: launched.interfaceIds[0],
    VirtualNetworkId: REGISTER.payments.vnis.main,
    OwnerId: CLIENT,
  });
  expect(tagsOf(session?.Tags)["traffic-mirror:rule"]).toBe("marked");
  const { vpcs } = await client.outputs<ClientOutputs>();
  const targets = Object.values(vpcs.main.targets).map(({ target_id }) => target_id);
  expect(targets).toContain(session?.TrafficMirrorTargetId);
  expect(await at.hub.sessions()).toEqual([]);
  expect(received).toContainEqual(
    expect.objectContaining({
      account: CLIENT,
      source: "traffic-mirror.controller",
      "detail-type": "Mirror Session Changed",
    }),
  );
  expect(JSON.stringify(received)).toContain(launched.interfaceIds[0]);
});

test("a third account is refused by the endpoint service and by the bus", async () => {
  expect(await connect(at.stranger, network.stranger)).toBe("InvalidServiceName");
  expect(await report(STRANGER, "traffic-mirror.controller")).toBe("AccessDeniedException");
});

test("the client may report, and put nothing else on the hub's bus", async () => {
  expect(await report(CLIENT, "traffic-mirror.controller")).toBe("taken");
  expect(await report(CLIENT, "traffic-mirror")).toBe("AccessDeniedException");
  await reports();
  // Whose it is says the envelope, whatever the sender writes.
  const forged = { account: STRANGER, controller: "somebody-elses" };
  expect(await report(CLIENT, "traffic-mirror.controller", forged)).toBe("taken");
  expect(await reports()).toMatchObject([{ account: CLIENT, detail: forged }]);
});

test("second plans are empty on both sides", async () => {
  expect(await hub.plan({ clients: REGISTER })).toEqual([]);
  expect(await client.plan(clientVariables())).toEqual([]);
});

test("a hub with a client connected refuses its destroy, and its fleet stays whole", async () => {
  const fleet = async () =>
    (await hub.resources()).filter((each) => /^module\.capture_fleet\.(?!data\.)/.test(each));
  const before = await fleet();
  expect(before.length).toBeGreaterThan(40);
  await expect(hub.destroy({ clients: REGISTER })).rejects.toThrow("ExistingVpcEndpointConnections");
  expect(await fleet()).toEqual(before);
  // What of the root's own network nothing depends on is made again.
  await hub.apply({ clients: REGISTER });
});

test("the client uninstalls with sessions running, and the hub hears of that too", async () => {
  expect(await at.client.sessions()).toHaveLength(1);
  await client.destroy(clientVariables());
  expect(await client.resources()).toEqual([]);
  expect(await at.client.inventory()).toMatchObject({
    sessions: [],
    targets: [],
    endpoints: [],
    functions: [],
    tables: [],
  });
  const received = (await reports()).filter((each) => each["detail-type"] === "Mirror Session Changed");
  expect(received.map(({ account }) => account)).toContain(CLIENT);
});

test("taking the client out of the register closes the door", async () => {
  expect(await connect(at.client, network.client)).toBe("made");
  await hub.apply({ clients: {} });
  expect(await connect(at.client, network.client)).toBe("InvalidServiceName");
  expect(await report(CLIENT, "traffic-mirror.controller")).toBe("AccessDeniedException");
});

test("no role lacked a permission, no event was lost, and the local cloud answered every call", async () => {
  expect(await cloud.denials()).toEqual([]);
  expect(await cloud.gaps()).toEqual([]);
  expect(await cloud.refused()).toEqual([]);
  expect(await cloud.undelivered()).toEqual([]);
});
