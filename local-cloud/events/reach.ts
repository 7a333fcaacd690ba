/**
 * Whether an instance without a public address reaches an API of AWS: by the default route of its subnet, or by an
 * interface endpoint of that API in its VPC. Security groups and endpoint policies are not looked at.
 */
import type { Cloud } from "../types.js";
import { items, parseXml, texts, type Node } from "../xml.js";
import type { Where } from "./courier.js";

type Filters = Readonly<Record<string, string>>;

const EVERYWHERE = "0.0.0.0/0";

const describe = async (
  cloud: Pick<Cloud, "moto">,
  where: Where,
  action: string,
  path: readonly string[],
  filters: Filters,
): Promise<readonly Node[]> => {
  const params: Record<string, string> = { Action: action, Version: "2016-11-15" };
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

export const reaches = async (
  cloud: Pick<Cloud, "moto">,
  where: Where,
  instanceId: string,
  service: string,
): Promise<boolean> => {
  const read = (action: string, path: readonly string[], filters: Filters) =>
    describe(cloud, where, action, path, filters);
  const [instance] = await read("DescribeInstances", ["reservationSet", "instancesSet"], {
    "instance-id": instanceId,
  });
  const [subnet, vpc] = [one(instance, "subnetId"), one(instance, "vpcId")];
  const own = await read("DescribeRouteTables", ["routeTableSet"], { "association.subnet-id": subnet });
  const main = { "vpc-id": vpc, "association.main": "true" };
  const tables = own.length > 0 ? own : await read("DescribeRouteTables", ["routeTableSet"], main);
  if (tables.some((table) => items(table, "routeSet").some(leadsOut))) return true;
  const endpoints = await read("DescribeVpcEndpoints", ["vpcEndpointSet"], { "vpc-id": vpc });
  const name = `com.amazonaws.${where.region}.${service}`;
  return endpoints.some(
    (endpoint) => one(endpoint, "vpcId") === vpc && one(endpoint, "serviceName") === name,
  );
};
