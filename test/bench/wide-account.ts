/**
 * Reads and plans an account of many instances, of which some are mirrored, and prints what that cost: a program of its
 * own, since peak memory is a process's. EC2's answers are made page by page, so that they take no memory of their own.
 */
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { EC2Client } from "@aws-sdk/client-ec2";
import { createObserver } from "../../functions/aws/sessions/observer.js";
import { planAll } from "../../functions/core/sessions/reconcile.js";
import { aContext, aTopology, CONTROLLER } from "../support/builders.js";

const PAGE = 1000;
const ACCOUNT = "111111111111";

const id = (kind: string, number: number) => `${kind}-${number.toString(16).padStart(17, "0")}`;
const items = (all: readonly Readonly<Record<string, string>>[]) =>
  all.map((each) => `<item>${fields(each)}</item>`).join("");
const fields = (each: Readonly<Record<string, string>>) =>
  Object.entries(each)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join("");
const tags = (all: Readonly<Record<string, string>>) =>
  items(Object.entries(all).map(([key, value]) => ({ key, value })));

/** With as many fields as EC2 tells of an instance with one interface and one volume. */
function instance(number: number): string {
  const place = { subnetId: id("subnet", 1), vpcId: "vpc-1", privateIpAddress: "10.1.2.3" };
  const group = items([{ groupId: id("sg", 7), groupName: "production-web" }]);
  const attached = {
    status: "attached",
    attachTime: "2026-01-01T00:00:00.000Z",
    deleteOnTermination: "true",
  };
  const nic = {
    networkInterfaceId: id("eni", number),
    ...place,
    description: "Primary network interface",
    ownerId: ACCOUNT,
    status: "in-use",
    macAddress: "02:00:00:00:00:00",
    groupSet: group,
    attachment: fields({ attachmentId: id("eni-attach", number), deviceIndex: "0", ...attached }),
    privateIpAddressesSet: items([{ privateIpAddress: "10.1.2.3", primary: "true" }]),
    interfaceType: "interface",
  };
  const described = {
    instanceId: id("i", number),
    imageId: id("ami", number % 3),
    instanceState: fields({ code: "16", name: "running" }),
    privateDnsName: "ip-10-1-2-3.eu-west-1.compute.internal",
    keyName: "operations",
    instanceType: "m5.large",
    launchTime: "2026-01-01T00:00:00.000Z",
    placement: fields({ availabilityZone: "eu-west-1a", tenancy: "default" }),
    ...place,
    groupSet: group,
    architecture: "x86_64",
    blockDeviceMapping: items([
      { deviceName: "/dev/xvda", ebs: fields({ volumeId: id("vol", number), ...attached }) },
    ]),
    clientToken: id("token", number),
    tagSet: tags({
      Name: `host-${String(number)}.production.example.internal`,
      "aws:autoscaling:groupName": `production-web-${String(number % 40)}`,
      Environment: "production",
      Team: `team-${String(number % 20)}`,
    }),
    networkInterfaceSet: items([nic]),
    cpuOptions: fields({ coreCount: "1", threadsPerCore: "2" }),
    metadataOptions: fields({ state: "applied", httpTokens: "required" }),
  };
  return `<item><reservationId>${id("r", number)}</reservationId><instancesSet><item>${fields(described)}</item></instancesSet></item>`;
}

const session = (number: number) =>
  items([
    {
      trafficMirrorSessionId: id("tms", number),
      trafficMirrorTargetId: id("tmt", 1),
      trafficMirrorFilterId: id("tmf", 1),
      networkInterfaceId: id("eni", number),
      ownerId: ACCOUNT,
      sessionNumber: "1",
      virtualNetworkId: "7654321",
      description: `traffic-mirror:1 controller=${CONTROLLER} interface=${id("eni", number)} rule=all`,
      tagSet: tags({ "traffic-mirror:controller": CONTROLLER, "traffic-mirror:rule": "all" }),
    },
  ]);

const [, , instances = "0", sessions = "0"] = process.argv;
const lists: Readonly<Record<string, readonly [string, (number: number) => string, number]>> = {
  DescribeInstances: ["reservationSet", instance, Number(instances)],
  DescribeTrafficMirrorSessions: ["trafficMirrorSessionSet", session, Number(sessions)],
};

function answer(body: string): string {
  const asked = new URLSearchParams(body);
  const action = asked.get("Action") ?? "";
  const [set, make, total] = lists[action] ?? ["nothingSet", () => "", 0];
  const from = Number(asked.get("NextToken") ?? 0);
  const to = Math.min(total, from + PAGE);
  const page = Array.from({ length: Math.max(0, to - from) }, (_, index) => make(from + index)).join("");
  const next = to < total ? `<nextToken>${String(to)}</nextToken>` : "";
  return `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><${set}>${page}</${set}>${next}</${action}Response>`;
}

const requestHandler = {
  handle: ({ body }: { body: string }) =>
    Promise.resolve({
      response: { statusCode: 200, headers: {}, body: Readable.from([Buffer.from(answer(body))]) },
    }),
};
const client = new EC2Client({
  region: "eu-west-1",
  endpoint: "http://localhost",
  credentials: { accessKeyId: ACCOUNT, secretAccessKey: "bench" },
  requestHandler: requestHandler as never,
});
const context = aContext();
const topology = {
  read: () => Promise.resolve(aTopology()),
  forget: () => undefined,
  unhealthyTargets: async () => undefined,
};
const observer = createObserver(client, topology, { account: ACCOUNT, ours: () => true });
const observation = await observer.everything(context.policy);
const plans = planAll(context, observation);
const { user, system } = process.cpuUsage();
const peak = Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024;
console.log(
  JSON.stringify({
    plans: plans.length,
    sessions: observation.sessions.length,
    cpu: (user + system) / 1e6,
    peak,
  }),
);
