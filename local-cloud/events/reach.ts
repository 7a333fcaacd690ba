/**
 * Whether an instance without a public address reaches an API of AWS: by the default route of its subnet, or by an
 * interface endpoint of that API in its VPC that has the API's own name, as far as the security groups of both let it.
 * Network ACLs and endpoint policies are not looked at.
 */
import type { Cloud } from "../types.js";
import { items, parseXml, texts, type Node } from "../xml.js";
import type { Where } from "./courier.js";
import { lets, letsOut, type End } from "./firewall.js";

type Read = (
  action: string,
  path: readonly string[],
  filters: Readonly<Record<string, string>>,
  ids?: Readonly<Record<string, string>>,
) => Promise<readonly Node[]>;

const EVERYWHERE = "0.0.0.0/0";

const reader =
  (cloud: Pick<Cloud, "moto">, where: Where): Read =>
  async (action, path, filters, ids = {}) => {
    const params: Record<string, string> = { Action: action, Version: "2016-11-15", ...ids };
    for (const [index, [name, value]] of Object.entries(filters).entries()) {
      params[`Filter.${index + 1}.Name`] = name;
      params[`Filter.${index + 1}.Value.1`] = value;
    }
    const answer = await cloud.moto(where, "ec2", { params });
    if (answer.status !== 200) throw new Error(`moto answered ${action} with ${answer.status}`);
    const [first = "", ...rest] = path;
    let found = items(parseXml(answer.body.toString()), `${action}Response`, first);
    for (const name of rest) found = found.flatMap((node) => items(node, name));
    return found;
  };

const one = (node: Node | undefined, ...path: string[]): string => texts(node, path)[0] ?? "";

/** An internet gateway serves public addresses only ("Enable internet access for a VPC using an internet gateway"). */
const leadsOut = (route: Node): boolean =>
  one(route, "destinationCidrBlock") === EVERYWHERE && !one(route, "gatewayId").startsWith("igw-");

/** Of an instance's first interface: what its launch template says, of which moto keeps only a part, or what it has. */
async function groupIdsOf(read: Read, instance: Node | undefined): Promise<readonly string[]> {
  const tags = new Map(items(instance, "tagSet").map((tag) => [one(tag, "key"), one(tag, "value")]));
  const template = tags.get("aws:ec2launchtemplate:id");
  if (template !== undefined) {
    const version = tags.get("aws:ec2launchtemplate:version") ?? "$Default";
    const ids = { LaunchTemplateId: template, "LaunchTemplateVersion.1": version };
    const versions = await read("DescribeLaunchTemplateVersions", ["launchTemplateVersionSet"], {}, ids);
    const named = [
      "networkInterfaceSet.groupSet",
      "networkInterfaceSet.groupSet.groupId",
      "securityGroupIdSet",
    ];
    const found = named.flatMap((path) => texts([...versions], ["launchTemplateData", ...path.split(".")]));
    if (found.length > 0) return found;
  }
  return texts(items(instance, "networkInterfaceSet")[0], ["groupSet", "groupId"]);
}

export const reaches = async (
  cloud: Pick<Cloud, "moto">,
  where: Where,
  instanceId: string,
  service: string,
): Promise<boolean> => {
  const read = reader(cloud, where);
  const [instance] = await read("DescribeInstances", ["reservationSet", "instancesSet"], {
    "instance-id": instanceId,
  });
  const [subnet, vpc] = [one(instance, "subnetId"), one(instance, "vpcId")];
  const groups = await read("DescribeSecurityGroups", ["securityGroupInfo"], { "vpc-id": vpc });
  const end = (ids: readonly string[], addresses: readonly string[]): End => ({
    groups: groups.filter((group) => ids.includes(one(group, "groupId"))),
    addresses,
  });
  const node = end(await groupIdsOf(read, instance), [one(instance, "privateIpAddress")]);

  const own = await read("DescribeRouteTables", ["routeTableSet"], { "association.subnet-id": subnet });
  const main = { "vpc-id": vpc, "association.main": "true" };
  const tables = own.length > 0 ? own : await read("DescribeRouteTables", ["routeTableSet"], main);
  const hasWayOut = tables.some((table) => items(table, "routeSet").some(leadsOut));

  const all = await read("DescribeVpcEndpoints", ["vpcEndpointSet"], { "vpc-id": vpc });
  const name = `com.amazonaws.${where.region}.${service}`;
  const endpoints = all.filter(
    (endpoint) =>
      one(endpoint, "vpcId") === vpc &&
      one(endpoint, "serviceName") === name &&
      one(endpoint, "privateDnsEnabled") !== "false",
  );
  // With a private name, no node of the VPC comes to the API by another way.
  if (endpoints.length === 0) return hasWayOut && letsOut(node);
  const subnets = await read("DescribeSubnets", ["subnetSet"], { "vpc-id": vpc });
  const blockOf = new Map(subnets.map((each) => [one(each, "subnetId"), one(each, "cidrBlock")]));
  const byDefault = groups.filter((group) => one(group, "groupName") === "default");
  return endpoints.some((endpoint) => {
    const given = texts(endpoint, ["groupSet", "groupId"]);
    // "If you do not specify a security group, the default security group is used" (CreateVpcEndpoint).
    const ids = given.length > 0 ? given : byDefault.map((group) => one(group, "groupId"));
    const blocks = texts(endpoint, ["subnetIdSet"]).map((id) => blockOf.get(id) ?? "");
    return lets(node, end(ids, blocks));
  });
};
