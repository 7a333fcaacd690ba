/**
 * Lists that are moto's alone, as they stood a little while ago: moto keeps no past, so each is read whole before a call
 * that may change it, as long as reads may be late.
 */
import { lagOf, longestLagOf, type Lagging } from "../interference/lag.js";
import type { Answer, Call, Cloud } from "../types.js";
import { ec2Ok, filters, items, list, parseXml, texts, type Node } from "../xml.js";
import { camel, treeTags } from "./describe-filters.js";
import { Ec2Fault } from "./fault.js";
import { compileFilters, page, pageRequest, tagFilter } from "./filtering.js";
import { text } from "./moto-fixes.js";
import type { Where } from "./moto-view.js";
import { LONGEST_LAG } from "./timeline.js";

interface Kind {
  readonly what: Lagging;
  readonly set: string;
  readonly id: string;
  /** The parameter that lists ids, and the code for one that is not there. */
  readonly idParam: string;
  readonly notFound: string;
  /** Another parameter that lists what is meant: then moto answers. */
  readonly nameParam?: string;
  /** Filters that are not spelt as the answer's member is. */
  readonly paths: Readonly<Record<string, string>>;
  readonly changedBy: RegExp;
}

const KINDS: Readonly<Record<string, Kind>> = {
  DescribeSubnets: {
    what: "subnets",
    set: "subnetSet",
    id: "subnetId",
    idParam: "SubnetId",
    notFound: "InvalidSubnetID.NotFound",
    paths: {
      availabilityZone: "availabilityZone",
      "available-ip-address-count": "availableIpAddressCount",
      cidr: "cidrBlock",
      cidrBlock: "cidrBlock",
      defaultForAz: "defaultForAz",
      "ipv6-cidr-block-association.ipv6-cidr-block": "ipv6CidrBlockAssociationSet.ipv6CidrBlock",
    },
    changedBy: /Subnet|^(Create|Delete)Tags$/,
  },
  DescribeVpcs: {
    what: "vpcs",
    set: "vpcSet",
    id: "vpcId",
    idParam: "VpcId",
    notFound: "InvalidVpcID.NotFound",
    paths: {
      cidr: "cidrBlock",
      isDefault: "isDefault",
      "cidr-block-association.cidr-block": "cidrBlockAssociationSet.cidrBlock",
    },
    changedBy: /Vpc$|VpcAttribute|VpcCidrBlock|^(Create|Delete)Tags$/,
  },
  DescribeRouteTables: {
    what: "routeTables",
    set: "routeTableSet",
    id: "routeTableId",
    idParam: "RouteTableId",
    notFound: "InvalidRouteTableID.NotFound",
    paths: {
      "association.gateway-id": "associationSet.gatewayId",
      "association.main": "associationSet.main",
      "association.route-table-association-id": "associationSet.routeTableAssociationId",
      "association.route-table-id": "associationSet.routeTableId",
      "association.subnet-id": "associationSet.subnetId",
      "route.destination-cidr-block": "routeSet.destinationCidrBlock",
      "route.destination-prefix-list-id": "routeSet.destinationPrefixListId",
      "route.gateway-id": "routeSet.gatewayId",
      "route.nat-gateway-id": "routeSet.natGatewayId",
      "route.vpc-endpoint-id": "routeSet.gatewayId",
    },
    // A VPC comes with its main table, and a subnet goes with its association.
    changedBy: /Route|^(Create|Delete)(Tags|Vpc|Subnet)$/,
  },
  DescribeSecurityGroups: {
    what: "securityGroups",
    set: "securityGroupInfo",
    id: "groupId",
    idParam: "GroupId",
    nameParam: "GroupName",
    notFound: "InvalidGroup.NotFound",
    paths: {
      description: "groupDescription",
      "ip-permission.cidr": "ipPermissions.ipRanges.cidrIp",
      "ip-permission.from-port": "ipPermissions.fromPort",
      "ip-permission.group-id": "ipPermissions.groups.groupId",
      "ip-permission.protocol": "ipPermissions.ipProtocol",
      "ip-permission.to-port": "ipPermissions.toPort",
      "egress.ip-permission.cidr": "ipPermissionsEgress.ipRanges.cidrIp",
      "egress.ip-permission.protocol": "ipPermissionsEgress.ipProtocol",
    },
    changedBy: /SecurityGroup|^(Create|Delete)(Tags|Vpc)$/,
  },
};

interface Item {
  readonly id: string;
  readonly seq: number;
  readonly tree: Node;
}

export class MotoLists {
  readonly #before: { action: string; at: number; items: readonly Item[] }[] = [];

  constructor(
    private readonly cloud: Cloud,
    private readonly where: Where,
  ) {}

  /** To be called before a call that goes to moto. */
  async changing(action: string): Promise<void> {
    const at = this.cloud.now();
    while (this.#before[0] && at - this.#before[0].at > LONGEST_LAG) this.#before.shift();
    for (const [describe, { what, changedBy }] of Object.entries(KINDS)) {
      if (!changedBy.test(action) || longestLagOf(this.cloud, what) === 0) continue;
      this.#before.push({ action: describe, at, items: await this.#read(describe) });
    }
  }

  /** The answer as it was before the first change since; undefined: there was none, and moto answers. */
  answer(call: Call): Answer | undefined {
    const kind = KINDS[call.action];
    if (!kind || (kind.nameParam !== undefined && list(call.params, kind.nameParam).length > 0))
      return undefined;
    const time = this.cloud.now() - lagOf(this.cloud, kind.what, call);
    const then = this.#before.find(({ action, at }) => action === call.action && at > time);
    if (!then) return undefined;
    const keep = compileFilters<Item>(filters(call.params), (name) => readerOf(kind, name));
    const ids = list(call.params, kind.idParam);
    const missing = ids.find((id) => !then.items.some((item) => item.id === id));
    if (missing !== undefined) {
      throw new Ec2Fault(kind.notFound, `The ID '${missing}' does not exist`);
    }
    const chosen = ids.length > 0 ? then.items.filter(({ id }) => ids.includes(id)) : then.items;
    const { items: found, nextToken } = page(chosen, keep, pageRequest(call.params));
    return ec2Ok(call.action, { [kind.set]: found.map(({ tree }) => tree), nextToken });
  }

  async #read(describe: string): Promise<readonly Item[]> {
    const { set = "", id = "" } = KINDS[describe] ?? {};
    const params = { Action: describe, Version: "2016-11-15" };
    const answer = await this.cloud.moto(this.where, "ec2", { params });
    if (answer.status !== 200) throw new Error(`moto answered ${describe} with ${answer.status}`);
    const trees = items(parseXml(answer.body.toString()), `${describe}Response`, set);
    return trees.map((tree, seq) => ({ id: text(tree, id) ?? "", seq, tree }));
  }
}

/** Which filters there are is held against EC2's model before (requests/filters.ts); here only where the value stands. */
function readerOf({ paths }: Kind, name: string) {
  const tags = tagFilter(name, ({ tree }: Item) => treeTags(tree));
  const path = (paths[name] ?? camel(name)).split(".");
  return tags ?? (({ tree }: Item) => texts(tree, path));
}
