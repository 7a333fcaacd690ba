import { jsonBody } from "../answers.js";
import type { Ec2 } from "../ec2/index.js";
import { text } from "../ec2/moto-fixes.js";
import { TrafficMirrorStore } from "../ec2/store/index.js";
import type { Call, Cloud } from "../types.js";
import { items, parseXml } from "../xml.js";
import type { Context } from "./context.js";

/**
 * What conditions may ask of a resource of EC2, a parameter or a table (the name of its partition key). Unknown resources
 * have no facts, so conditions on them fail; undefined is an interface, an endpoint, or a resource of Traffic Mirroring, that
 * is not there.
 */
export type ResourceFacts = (call: Call, type: string, id: string) => Promise<Context | undefined>;

const tagContext = (tags: Readonly<Record<string, string>>): Context =>
  Object.fromEntries(
    Object.entries(tags).flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, value],
      [`ec2:ResourceTag/${key}`, value],
    ]),
  );

const parameterFacts = async (cloud: Pick<Cloud, "moto">, call: Call, id: string): Promise<Context> => {
  const read = async (ResourceId: string) => {
    const answer = await cloud.moto(call, "ssm", {
      target: "AmazonSSM.ListTagsForResource",
      json: { ResourceType: "Parameter", ResourceId },
    });
    if (answer.status !== 200) return [];
    return jsonBody<{ TagList: { Key: string; Value: string }[] }>(answer).TagList ?? [];
  };
  // a name that is no path has no slash before it
  const tags = [...(await read(id)), ...(id.lastIndexOf("/") === 0 ? await read(id.slice(1)) : [])];
  return Object.fromEntries(
    tags.flatMap(({ Key, Value }) => [
      [`aws:ResourceTag/${Key}`, Value],
      [`ssm:resourceTag/${Key}`, Value],
    ]),
  );
};

/** Whether moto has an endpoint: those of interfaces and gateways. */
const isEndpointOfMoto = async (cloud: Pick<Cloud, "moto">, call: Call, id: string): Promise<boolean> => {
  const params = { Action: "DescribeVpcEndpoints", Version: "2016-11-15", "VpcEndpointId.1": id };
  return (await cloud.moto(call, "ec2", { params })).status === 200;
};

const tableFacts = async (cloud: Pick<Cloud, "moto">, call: Call, TableName: string): Promise<Context> => {
  const answer = await cloud.moto(call, "dynamodb", {
    target: "DynamoDB_20120810.DescribeTable",
    json: { TableName },
  });
  if (answer.status !== 200) return {};
  const { Table } = jsonBody<{
    Table: { readonly KeySchema: readonly { readonly AttributeName: string; readonly KeyType: string }[] };
  }>(answer);
  const hash = Table?.KeySchema.find(({ KeyType }) => KeyType === "HASH");
  return hash === undefined ? {} : { "hash-key": hash.AttributeName };
};

export const createResourceFacts =
  (ec2: Ec2, cloud: Pick<Cloud, "moto">): ResourceFacts =>
  async (call, type, id) => {
    if (type === "parameter") return parameterFacts(cloud, call, id);
    if (type === "table") return tableFacts(cloud, call, id);
    const region = ec2.region(call);
    const arn = (kind: string, name: string): string =>
      `arn:aws:ec2:${call.region}:${call.account}:${kind}/${name}`;
    if (type.startsWith("traffic-mirror-")) {
      try {
        return TrafficMirrorStore.typeOf(id) === undefined ? {} : tagContext(region.mirror.tagsOf(id));
      } catch {
        return undefined;
      }
    }
    const endpoint = type === "vpc-endpoint" ? region.endpoints.endpoints.get(id) : undefined;
    if (endpoint !== undefined)
      return { ...tagContext(endpoint.tags), "ec2:VpceServiceName": endpoint.serviceName };
    if (type === "vpc-endpoint" && id.startsWith("vpce-") && !(await isEndpointOfMoto(cloud, call, id)))
      return undefined;
    if (type === "network-interface") {
      const own = region.fleet.interfaces.get(id);
      const tree = own
        ? undefined
        : (await region.moto.now()).interfaces.find((entry) => entry.id === id)?.tree;
      if (own === undefined && tree === undefined) return undefined;
      const tags =
        own?.tags ??
        Object.fromEntries(
          items(tree, "tagSet").map((tag) => [text(tag, "key") ?? "", text(tag, "value") ?? ""]),
        );
      return {
        ...tagContext(tags),
        "ec2:Vpc": arn("vpc", own?.vpcId ?? text(tree, "vpcId") ?? ""),
        "ec2:Subnet": arn("subnet", own?.subnetId ?? text(tree, "subnetId") ?? ""),
        "ec2:AvailabilityZone": own?.zone ?? text(tree, "availabilityZone") ?? "",
        "ec2:NetworkInterfaceID": id,
      };
    }
    const answer = await cloud.moto(call, "ec2", {
      params: {
        Action: "DescribeTags",
        Version: "2016-11-15",
        "Filter.1.Name": "resource-id",
        "Filter.1.Value.1": id,
      },
    });
    const tags = items(parseXml(answer.body.toString()), "DescribeTagsResponse", "tagSet");
    return tagContext(
      Object.fromEntries(tags.map((tag) => [text(tag, "key") ?? "", text(tag, "value") ?? ""])),
    );
  };
