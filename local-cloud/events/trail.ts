import { randomUUID } from "node:crypto";
import type { Patch } from "../patches/types.js";
import type { Answer, Call } from "../types.js";
import { list, parseXml, tagList, texts, type Node, type Params } from "../xml.js";
import { sessionArn } from "../iam/session.js";
import type { Courier } from "./courier.js";

/** `networkInterfaceId` for `NetworkInterfaceId`, as the records spell the API's parameters. */
const spelled = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

const plain = (params: Params, ...names: string[]): Record<string, unknown> =>
  Object.fromEntries(
    names.flatMap((name) => (params[name] === undefined ? [] : [[spelled(name), params[name]]])),
  );

const tagging = (params: Params): Record<string, unknown> => ({
  resourcesSet: { items: list(params, "ResourceId").map((resourceId) => ({ resourceId })) },
  tagSet: { items: Object.entries(tagList(params, "Tag")).map(([key, value]) => ({ key, value })) },
});

/** `InstanceType.Value=m5.large` becomes { instanceType: { value } }. */
const modification = (params: Params): Record<string, unknown> => ({
  ...plain(params, "InstanceId", "Attribute", "Value"),
  ...Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) => {
      const [, attribute] = /^(\w+)\.Value$/.exec(name) ?? [];
      return attribute === undefined ? [] : [[spelled(attribute), { value }]];
    }),
  ),
});

/** Records of EC2's newer calls hold the parameters in an object of the call's name, spelled as in the API. */
const wrapped = (params: Params, action: string): Record<string, unknown> => {
  const fields = Object.entries(params).filter(([name]) => name !== "Action" && name !== "Version");
  return { [`${action}Request`]: Object.fromEntries(fields) };
};

/** What the record of each call says of its request. */
const REQUESTS: Readonly<Record<string, (params: Params, action: string) => Record<string, unknown>>> = {
  CreateSubnet: (params) => plain(params, "VpcId", "CidrBlock", "AvailabilityZone"),
  DeleteSubnet: (params) => plain(params, "SubnetId"),
  DeleteVpcEndpoints: (params) => ({
    DeleteVpcEndpointsRequest: { VpcEndpointId: list(params, "VpcEndpointId") },
  }),
  DeleteTrafficMirrorTarget: (params) => ({
    DeleteTrafficMirrorTargetRequest: plain(params, "TrafficMirrorTargetId"),
  }),
  AttachNetworkInterface: (params) => ({
    ...plain(params, "NetworkInterfaceId", "InstanceId"),
    deviceIndex: Number(params["DeviceIndex"]),
  }),
  DetachNetworkInterface: (params) => ({
    ...plain(params, "AttachmentId"),
    force: params["Force"] === "true",
  }),
  CreateNetworkInterface: (params) => plain(params, "SubnetId", "Description"),
  CreateTags: tagging,
  DeleteTags: tagging,
  ModifyInstanceAttribute: modification,
  DeleteTrafficMirrorSession: wrapped,
  ModifyTrafficMirrorSession: wrapped,
  CreateTrafficMirrorFilterRule: wrapped,
  DeleteTrafficMirrorFilterRule: wrapped,
  ModifyTrafficMirrorFilterRule: wrapped,
  ModifyTrafficMirrorFilterNetworkServices: wrapped,
  DeleteTrafficMirrorFilter: wrapped,
};

const responseOf = (action: string, root: Node): Record<string, unknown> => {
  const first = (...path: string[]) => texts(root, [`${action}Response`, ...path])[0];
  if (action === "AttachNetworkInterface") return { attachmentId: first("attachmentId") };
  if (action !== "CreateNetworkInterface") return { _return: true };
  const members = ["networkInterfaceId", "subnetId", "vpcId", "availabilityZone", "description", "status"];
  return {
    networkInterface: Object.fromEntries(members.map((name) => [name, first("networkInterface", name)])),
  };
};

const recordOf = (call: Call, answer: Answer): Record<string, unknown> => {
  const root = parseXml(answer.body.toString());
  const failed = answer.status >= 300;
  const [code = "", message = ""] = ["Code", "Message"].map(
    (name) => texts(root, ["Response", "Errors", "Error", name])[0],
  );
  const requestId = randomUUID();
  return {
    eventVersion: "1.10",
    userIdentity:
      call.roleArn === undefined
        ? { type: "Root", arn: `arn:aws:iam::${call.account}:root`, accountId: call.account }
        : {
            type: "AssumedRole",
            arn: sessionArn(call.roleArn, call.sessionName ?? "session"),
            accountId: call.account,
            sessionContext: {
              sessionIssuer: {
                type: "Role",
                arn: call.roleArn,
                accountId: call.account,
                userName: call.roleArn.split("/").pop(),
              },
            },
          },
    eventTime: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    eventSource: "ec2.amazonaws.com",
    eventName: call.action,
    awsRegion: call.region,
    sourceIPAddress: "127.0.0.1",
    userAgent: call.headers["user-agent"] ?? "",
    ...(failed ? { errorCode: `Client.${code}`, errorMessage: message } : {}),
    requestParameters: REQUESTS[call.action]?.(call.params, call.action) ?? {},
    responseElements: failed ? null : { requestId, ...responseOf(call.action, root) },
    requestID: requestId,
    eventID: randomUUID(),
    readOnly: false,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: call.account,
    eventCategory: "Management",
  };
};

/**
 * "AWS API Call via CloudTrail" for some calls of EC2, those that failed included ("CloudTrail record contents").
 * Here they come at once unless the setting `trailMilliseconds` says otherwise; CloudTrail takes seconds to minutes.
 */
export const trailEvents = (courier: Courier): Patch => ({
  name: "trail-events",
  why: "moto has no trail whose records reach the bus",
  match: (call) => call.service === "ec2" && Object.hasOwn(REQUESTS, call.action),
  async run(call, next) {
    const answer = await next();
    if (!courier.settings.enabled || !courier.settings.trail) return answer;
    const detail = recordOf(call, answer);
    courier.put(call, { source: "aws.ec2", detailType: "AWS API Call via CloudTrail", detail }, "recorded");
    return answer;
  },
});
