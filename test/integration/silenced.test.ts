/**
 * Sessions that stand and take nothing, end to end: the sweep's handler over HTTP against the local cloud. Somebody else
 * makes the session below ours, changes the filter, and switches cross-zone load balancing off.
 */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import {
  CreateTrafficMirrorFilterRuleCommand,
  CreateTrafficMirrorSessionCommand,
  DeleteTrafficMirrorFilterRuleCommand,
  DescribeTrafficMirrorSessionsCommand,
} from "@aws-sdk/client-ec2";
import {
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { GetParameterCommand, PutParameterCommand } from "@aws-sdk/client-ssm";
import type { Context } from "aws-lambda";
import { CONTROLLER, createAccount, WHERE, type Account } from "../bench/account.js";
import { startLocalCloud, type LocalCloud } from "../../local-cloud/index.js";

interface Document {
  readonly vpcs: readonly {
    readonly filter_id: string;
    readonly targets: readonly { target_id: string }[];
  }[];
}

let cloud: LocalCloud;
let account: Account;
let document: Document;
let handler: (event: unknown, context: Context) => Promise<object>;
const before = { ...process.env };
const context = {
  getRemainingTimeInMillis: () => 900_000,
  invokedFunctionArn: `arn:aws:lambda:${WHERE.region}:${WHERE.account}:function:bench`,
} as Context;
const sweep = () => handler({ explain: true }, context);
const sessions = async () =>
  (await account.aws.ec2.send(new DescribeTrafficMirrorSessionsCommand({}))).TrafficMirrorSessions ?? [];

beforeAll(async () => {
  cloud = await startLocalCloud();
  account = await createAccount(cloud, { perSecond: 1000, burst: 1000 });
  const { ssm, lambda } = account.aws;
  const Name = `/${CONTROLLER}/policy`;
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
  document = JSON.parse(Parameter?.Value ?? "") as Document;
  // As modules/mirror-controller writes down the filter that makeMirrorFilter makes.
  const ingress = {
    rule_number: 100,
    rule_action: "accept",
    source_cidr_block: "0.0.0.0/0",
    destination_cidr_block: "0.0.0.0/0",
    protocol: null,
    source_port_range: null,
    destination_port_range: null,
  };
  const filter_ids = document.vpcs.map(({ filter_id }) => filter_id);
  const filters = [{ filter_ids, ingress: [ingress], egress: [], network_services: [] }];
  const Value = JSON.stringify({ ...document, filters });
  await ssm.send(new PutParameterCommand({ Name, Value, Type: "String", Overwrite: true }));
  const FunctionName = account.functionName("sweep");
  const deployed = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  // Before the handler is imported: that is when it reads it.
  Object.assign(process.env, deployed.Environment?.Variables, cloud.env(), {
    POWERTOOLS_LOG_LEVEL: "SILENT",
    POWERTOOLS_METRICS_DISABLED: "true",
  });
  ({ handler } = await import("../../functions/sweep/handler.js"));
});

afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(async () => {
  process.env = before;
  await cloud.stop();
});

/** The program's clock alone: what a later sweep sees, without waiting for it. */
const later = (minutes: number) => {
  const now = Date.now() + minutes * 60_000;
  jest.spyOn(Date, "now").mockImplementation(() => now);
};

describe("sources whose sessions take nothing", () => {
  test("are outranked where a session of others stands below ours, by name", async () => {
    const { instances } = await account.add(2);
    const [first] = instances;
    const { TrafficMirrorSession: theirs } = await account.aws.ec2.send(
      new CreateTrafficMirrorSessionCommand({
        NetworkInterfaceId: first?.interfaceIds[0],
        TrafficMirrorTargetId: document.vpcs[0]?.targets[0]?.target_id,
        TrafficMirrorFilterId: document.vpcs[0]?.filter_id,
        SessionNumber: 1,
      }),
    );
    expect(await sweep()).toMatchObject({
      selected: 2,
      created: 2,
      mirrored: 1,
      uncovered: { outranked: 1 },
      not_mirrored: [{ reason: "outranked", by: { sessionId: theirs?.TrafficMirrorSessionId, number: 1 } }],
    });
  });

  test("are filter-changed while a rule is there that Terraform did not declare, and nothing is made anew", async () => {
    const stand = await sessions();
    const { TrafficMirrorFilterRule } = await account.aws.ec2.send(
      new CreateTrafficMirrorFilterRuleCommand({
        TrafficMirrorFilterId: document.vpcs[0]?.filter_id,
        TrafficDirection: "ingress",
        RuleNumber: 1,
        RuleAction: "reject",
        Protocol: 6,
        SourceCidrBlock: "0.0.0.0/0",
        DestinationCidrBlock: "0.0.0.0/0",
      }),
    );
    // An apply may be under way.
    expect(await sweep()).toMatchObject({ mirrored: 1, uncovered: { outranked: 1 } });
    later(16);
    expect(await sweep()).toMatchObject({ mirrored: 0, uncovered: { "filter-changed": 2 } });
    expect(await sessions()).toEqual(stand);
    const { TrafficMirrorFilterRuleId } = TrafficMirrorFilterRule ?? {};
    await account.aws.ec2.send(new DeleteTrafficMirrorFilterRuleCommand({ TrafficMirrorFilterRuleId }));
    expect(await sweep()).toMatchObject({ mirrored: 1, uncovered: { outranked: 1 } });
  });

  test("are zone-unhealthy where the load balancer does not cross zones and their zone has no healthy node", async () => {
    const env = cloud.env();
    const credentials = { accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "", secretAccessKey: "local" };
    const elb = new ElasticLoadBalancingV2Client({ endpoint: cloud.url, region: WHERE.region, credentials });
    const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
    await elb.send(
      new ModifyLoadBalancerAttributesCommand({
        LoadBalancerArn: LoadBalancers[0]?.LoadBalancerArn,
        Attributes: [{ Key: "load_balancing.cross_zone.enabled", Value: "false" }],
      }),
    );
    const stand = await sessions();
    // What is behind a load balancer is read every five minutes.
    later(30);
    expect(await sweep()).toMatchObject({ mirrored: 0, uncovered: { outranked: 1, "zone-unhealthy": 1 } });
    expect(await sessions()).toEqual(stand);
    elb.destroy();
  });
});
