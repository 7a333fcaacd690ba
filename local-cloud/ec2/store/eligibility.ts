/**
 * Which interfaces EC2 lets be a mirror source: "Traffic Mirroring sources and targets" and "Considerations" in the
 * VPC Traffic Mirroring guide. It answers one code for all refusals.
 */
import { readFileSync } from "node:fs";
import type { Switches } from "../../types.js";
import { Ec2Fault } from "../fault.js";
import type { SourceFacts } from "./model.js";

interface InstanceTypeData {
  readonly as_of: string;
  readonly families: readonly string[];
  readonly bare_metal_families: readonly string[];
}

const DATA = JSON.parse(
  readFileSync(new URL("./instance-types.json", import.meta.url), "utf8"),
) as InstanceTypeData;

const FAMILIES = new Set(DATA.families);
const METAL_FAMILIES = new Set(DATA.bare_metal_families);

/** The guide lists families, and apart from them the few whose bare metal sizes are supported too. */
export function isSupportedInstanceType(instanceType: string): boolean {
  const [family = "", size = ""] = instanceType.split(".");
  return size.startsWith("metal") ? METAL_FAMILIES.has(family) : FAMILIES.has(family);
}

export type SourceKind = "instance" | "fargate" | "load-balancer" | "rds" | "elasticache" | "other-service";

/** Who made an interface, from its description and requester: EC2 has no field that says so. */
export function sourceKind(source: SourceFacts): SourceKind {
  const { description, requesterId = "" } = source;
  if (description.startsWith("arn:aws:ecs:")) return "fargate";
  if (description.startsWith("ELB ") || requesterId === "amazon-elb") return "load-balancer";
  if (description === "RDSNetworkInterface" || requesterId === "amazon-rds") return "rds";
  if (description.startsWith("ElastiCache ") || requesterId === "amazon-elasticache") return "elasticache";
  return source.requesterManaged ? "other-service" : "instance";
}

function refused(source: SourceFacts, why: string): Ec2Fault {
  return new Ec2Fault(
    "NetworkInterfaceNotSupported",
    `Network interface ${source.id} is not supported: ${why}. It must be attached to a supported instance.`,
  );
}

export function checkSource(source: SourceFacts, switches: Pick<Switches, "get">): void {
  const kind = sourceKind(source);
  if (kind === "load-balancer") {
    if (switches.get("load-balancer-interfaces") === "accepted") return;
    throw refused(source, "it belongs to a load balancer");
  }
  if (source.type !== "interface") throw refused(source, `its type is ${source.type}`);
  if (kind === "rds" || kind === "elasticache") return;
  if (kind === "fargate") {
    if (switches.get("fargate-interfaces") === "accepted") return;
    throw refused(source, "it belongs to a Fargate task");
  }
  if (kind === "other-service") throw refused(source, "it is managed by a service");
  if (!source.instance) {
    if (switches.get("unattached-interface") === "accepted") return;
    throw refused(source, "it is not attached");
  }
  const { type, state } = source.instance;
  if (!isSupportedInstanceType(type)) throw refused(source, `the instance type ${type} is not supported`);
  if (state === "pending" && switches.get("pending-instance") === "refused") {
    throw refused(source, "the instance is pending");
  }
  if (["stopping", "stopped"].includes(state) && switches.get("stopped-instance") === "refused") {
    throw refused(source, `the instance is ${state}`);
  }
}
