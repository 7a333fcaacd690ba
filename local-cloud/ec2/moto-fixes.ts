/** What moto shows of instances and interfaces, put right: each function changes one parsed item in place. */
import { items, texts, type Node } from "../xml.js";

export type Members = { [name: string]: Node };

export const isMembers = (node: Node | undefined): node is Members =>
  typeof node === "object" && !Array.isArray(node);

export const text = (node: Node | undefined, ...path: string[]): string | undefined => texts(node, path)[0];

/** What moto does not keep, and this side of the local cloud therefore does. */
export interface Known {
  /** Interfaces that outlive their instance; all other attached ones go with it. */
  readonly kept: ReadonlySet<string>;
  /** States set by a test. */
  readonly states: ReadonlyMap<string, string>;
  /** Interfaces that moto made for a service, with their type. */
  readonly services: ReadonlyMap<string, ServiceInterface>;
}

export interface ServiceInterface {
  readonly type: string;
  readonly description: string;
  readonly requesterId: string;
}

const STATE_CODES: Record<string, string> = {
  pending: "0",
  running: "16",
  "shutting-down": "32",
  terminated: "48",
  stopping: "64",
  stopped: "80",
};

export function fixInstance(instance: Members, known: Known): void {
  const id = text(instance, "instanceId") ?? "";
  const state = known.states.get(id);
  if (state !== undefined && text(instance, "instanceState", "name") !== "terminated") {
    instance["instanceState"] = { code: STATE_CODES[state] ?? "16", name: state };
  }
  if (text(instance, "instanceState", "name") === "terminated") {
    for (const name of ["subnetId", "vpcId", "privateIpAddress", "ipAddress", "iamInstanceProfile"]) {
      Reflect.deleteProperty(instance, name);
    }
    instance["networkInterfaceSet"] = [];
    instance["groupSet"] = [];
    instance["privateDnsName"] = "";
    instance["dnsName"] = "";
    return;
  }
  for (const each of items(instance, "networkInterfaceSet")) fixAttachment(each, known);
}

function fixAttachment(each: Node, known: Known): void {
  const attachment = isMembers(each) ? each["attachment"] : undefined;
  if (!isMembers(attachment)) return;
  attachment["deleteOnTermination"] = String(!known.kept.has(text(each, "networkInterfaceId") ?? ""));
}

/** False: the interface went with its instance, although moto keeps it. */
export function fixInterface(each: Members, terminated: ReadonlySet<string>, known: Known): boolean {
  const id = text(each, "networkInterfaceId") ?? "";
  if (terminated.has(text(each, "attachment", "instanceId") ?? "")) {
    if (!known.kept.has(id)) return false;
    Reflect.deleteProperty(each, "attachment");
    each["status"] = "available";
  }
  fixAttachment(each, known);
  if (!isMembers(each["attachment"])) Reflect.deleteProperty(each, "attachment");
  const service = known.services.get(id);
  if (service) {
    each["interfaceType"] = service.type;
    each["description"] = service.description;
    each["requesterManaged"] = "true";
    each["requesterId"] = service.requesterId;
    each["status"] = "in-use";
    each["attachment"] = {
      attachmentId: id.replace("eni-", "eni-attach-"),
      deviceIndex: "1",
      status: "attached",
      deleteOnTermination: "false",
      instanceOwnerId: "amazon-aws",
    };
  } else if (text(each, "requesterManaged") !== "true") {
    Reflect.deleteProperty(each, "requesterId");
  }
  return true;
}
