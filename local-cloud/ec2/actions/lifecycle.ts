/**
 * Calls that change instances and interfaces. What is in memory is changed here; what is moto's goes to moto, and
 * this side adds what moto leaves out: tags of interfaces, what outlives an instance, and sessions that go with their
 * interface. The state-change events are made from the answers, by events/instances.ts.
 */
import { longestLagOf } from "../../interference/lag.js";
import type { Answer } from "../../types.js";
import { ec2Ok, items, list, parseXml, tagSpec, texts, type Node, type Params } from "../../xml.js";
import { Ec2Fault } from "../fault.js";
import type { InstanceState } from "../fleet/model.js";
import { text } from "../moto-fixes.js";
import { dropOrphans, sourceFacts, type Region } from "../region.js";
import { required } from "../store/checks.js";
import { refuseDryRun, type Request } from "./action.js";

/** Undefined: moto's alone, and nothing to add. */
export type Forwarding = (request: Request) => Promise<Answer | undefined>;

/** Sends the call on and keeps the view of moto true. */
export async function forwarded({ call, region }: Request, params: Params = call.params): Promise<Answer> {
  const lag = longestLagOf(region.cloud, "instances", "interfaces");
  return region.moto.during(call.action, lag, () => region.cloud.forward({ ...call, params }));
}

/** Which of the launched interfaces are to outlive their instance, as the request says by device index. */
function keptIndexes(params: Params): Set<string> {
  const kept = new Set<string>();
  for (let i = 1; params[`NetworkInterface.${i}.DeviceIndex`] !== undefined; i++) {
    const prefix = `NetworkInterface.${i}`;
    const given = params[`${prefix}.DeleteOnTermination`];
    const existing = params[`${prefix}.NetworkInterfaceId`] !== undefined;
    if (given === "false" || (existing && given !== "true")) kept.add(params[`${prefix}.DeviceIndex`] ?? "");
  }
  return kept;
}

async function runInstances(request: Request): Promise<Answer> {
  const { params, region } = request;
  const answer = await forwarded(request);
  if (answer.status !== 200) return answer;
  const instances = items(parseXml(answer.body.toString()), "RunInstancesResponse", "instancesSet");
  const kept = keptIndexes(params);
  const interfaces = instances.flatMap((i) => items(i, "networkInterfaceSet"));
  for (const each of interfaces) {
    if (kept.has(text(each, "attachment", "deviceIndex") ?? "")) {
      region.moto.kept.add(text(each, "networkInterfaceId") ?? "");
    }
  }
  await tagInterfaces(request, interfaces);
  stayPending(request, texts([...instances], ["instanceId"]));
  return answer;
}

/** Until somebody stops, starts or ends it. */
function stayPending({ region }: Request, ids: readonly string[]): void {
  const milliseconds = region.pendingMilliseconds();
  if (milliseconds === 0) return;
  for (const id of ids) region.moto.states.set(id, "pending");
  region.moto.touched();
  setTimeout(() => {
    for (const id of ids) if (region.moto.states.get(id) === "pending") region.moto.states.delete(id);
    region.moto.touched();
  }, milliseconds).unref();
}

async function tagInterfaces({ params, region }: Request, interfaces: readonly Node[]): Promise<void> {
  const tags = Object.entries(tagSpec(params, "network-interface"));
  if (tags.length === 0) return;
  const request: Params = { Action: "CreateTags", Version: "2016-11-15" };
  texts([...interfaces], ["networkInterfaceId"]).forEach((id, i) => (request[`ResourceId.${i + 1}`] = id));
  tags.forEach(([key, value], i) => {
    request[`Tag.${i + 1}.Key`] = key;
    request[`Tag.${i + 1}.Value`] = value;
  });
  await region.cloud.moto(region, "ec2", { params: request });
}

const CHANGES: Record<string, readonly [InstanceState, InstanceState]> = {
  TerminateInstances: ["shutting-down", "terminated"],
  StopInstances: ["stopping", "stopped"],
  StartInstances: ["pending", "running"],
};

const CODES = { pending: 0, running: 16, "shutting-down": 32, terminated: 48, stopping: 64, stopped: 80 };

/** Nothing starts or stops once it ends ("Instance lifecycle", Amazon EC2 User Guide); asked again to end, it ends. */
async function refuseEnded({ fleet, moto }: Region, action: string, ids: readonly string[]): Promise<void> {
  if (action === "TerminateInstances") return;
  const foreign = ids.some((id) => !fleet.instances.get(id)) ? (await moto.now()).instances : [];
  const stateOf = (id: string) =>
    fleet.instances.get(id)?.state ??
    text(foreign.find((each) => each.id === id)?.tree, "instanceState", "name");
  const ended = ids.find((id) => ["shutting-down", "terminated"].includes(stateOf(id) ?? ""));
  if (ended === undefined) return;
  const word = action === "StartInstances" ? "started" : "stopped";
  throw new Ec2Fault(
    "IncorrectInstanceState",
    `The instance '${ended}' is not in a state from which it can be ${word}.`,
  );
}

async function changeState(request: Request): Promise<Answer> {
  const { call, params, region } = request;
  const [passing, final] = CHANGES[call.action] ?? ["pending", "running"];
  const ids = list(params, "InstanceId");
  await refuseEnded(region, call.action, ids);
  const own = ids.filter((id) => region.fleet.instances.get(id));
  const foreign = ids.filter((id) => !own.includes(id));
  const changed: Node[] = [];
  if (foreign.length > 0) {
    const others = Object.entries(params).filter(([k]) => !k.startsWith("InstanceId."));
    const rest = Object.fromEntries([
      ...others,
      ...foreign.map((id, i) => [`InstanceId.${i + 1}`, id]),
    ]) as Params;
    const answer = await forwarded(request, rest);
    if (answer.status !== 200) return answer;
    changed.push(...items(parseXml(answer.body.toString()), `${call.action}Response`, "instancesSet"));
    for (const id of foreign) region.moto.states.delete(id);
    region.moto.touched();
  } else {
    refuseDryRun(params);
  }
  const state = (name: InstanceState) => ({ code: String(CODES[name]), name });
  for (const id of own) {
    const previous = region.fleet.getInstance(id).state;
    region.fleet.setState(id, final);
    changed.push({ instanceId: id, currentState: state(passing), previousState: state(previous) });
  }
  await dropOrphans(region);
  return ec2Ok(call.action, { instancesSet: changed });
}

async function attach(request: Request): Promise<Answer> {
  const { call, params, region } = request;
  const interfaceId = required(params["NetworkInterfaceId"], "NetworkInterfaceId");
  const instanceId = required(params["InstanceId"], "InstanceId");
  if (region.fleet.instances.get(instanceId)) {
    refuseDryRun(params);
    const attachment = region.fleet.attach(
      interfaceId,
      instanceId,
      Number(required(params["DeviceIndex"], "DeviceIndex")),
    );
    return ec2Ok(call.action, { attachmentId: attachment.id, networkCardIndex: 0 });
  }
  const answer = await forwarded(request);
  if (answer.status === 200) region.moto.kept.add(interfaceId);
  return answer;
}

async function detach(request: Request): Promise<Answer> {
  const { call, params, region } = request;
  const attachmentId = required(params["AttachmentId"], "AttachmentId");
  const own = region.fleet.interfaces.values().find((i) => i.attachment?.id === attachmentId);
  if (!own) return forwarded(request);
  refuseDryRun(params);
  region.fleet.detach(own.id);
  return ec2Ok(call.action, { return: true });
}

async function deleteInterface(request: Request): Promise<Answer> {
  const { call, params, region } = request;
  const id = required(params["NetworkInterfaceId"], "NetworkInterfaceId");
  if (region.fleet.interfaces.get(id)) {
    refuseDryRun(params);
    region.fleet.deleteInterface(id);
    return ec2Ok(call.action, { return: true });
  }
  const facts = await sourceFacts(region, id);
  if (facts?.instance) {
    throw new Ec2Fault("InvalidParameterValue", `Network interface '${id}' is currently in use.`);
  }
  const answer = await forwarded(request);
  if (answer.status === 200) region.mirror.sessions.interfaceDeleted(id);
  return answer;
}

async function modifyInterface(request: Request): Promise<Answer> {
  const { call, params, region } = request;
  const id = required(params["NetworkInterfaceId"], "NetworkInterfaceId");
  const deleteToo = params["Attachment.DeleteOnTermination"];
  if (region.fleet.interfaces.get(id)) {
    refuseDryRun(params);
    if (deleteToo !== undefined) region.fleet.keepOnTermination(id, deleteToo === "false");
    return ec2Ok(call.action, { return: true });
  }
  if (deleteToo === "false") region.moto.kept.add(id);
  if (deleteToo === "true") region.moto.kept.delete(id);
  return forwarded(request);
}

export const lifecycleActions: Readonly<Record<string, Forwarding>> = {
  RunInstances: runInstances,
  TerminateInstances: changeState,
  StopInstances: changeState,
  StartInstances: changeState,
  AttachNetworkInterface: attach,
  DetachNetworkInterface: detach,
  DeleteNetworkInterface: deleteInterface,
  ModifyNetworkInterfaceAttribute: modifyInterface,
};
