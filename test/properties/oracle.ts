/**
 * What must be true in the end, said apart from the code under test: plain rules over the truth of the model, by
 * which interface is to have a session of ours and what that session is to look like.
 */
import type { ModelInterface, ModelSession } from "../model/shapes.js";
import { CONTROLLER, OURS_VPC, type PolicyChoice, type Setting } from "./setting.js";
import type { AskedFor, Truth } from "./stage.js";

const isTagged = ({ tags }: ModelSession) => tags["traffic-mirror:controller"] === CONTROLLER;
const isDescribed = ({ description = "", interfaceId }: ModelSession) =>
  description.startsWith(`traffic-mirror:1 controller=${CONTROLLER} interface=${interfaceId} rule=`);

export const isOurs = (session: ModelSession) => isTagged(session) && isDescribed(session);
/** Ours, without the tag that lets us change or remove it. */
export const isRobbed = (session: ModelSession) => !isTagged(session) && isDescribed(session);

/** Whether the policy asks for a session on this interface. */
export function wanted(each: ModelInterface, choice: PolicyChoice): boolean {
  const { instance } = each;
  if (each.vpcId !== OURS_VPC || !instance || instance.state === "terminated") return false;
  if (choice.excludeTag && instance.tags["Mirror"] === "never") return false;
  if (choice.excludeGroup && instance.tags["aws:autoscaling:groupName"] === "batch") return false;
  switch (choice.sources) {
    case "everything":
      return true;
    case "primary":
      return each.deviceIndex === 0;
    case "by-tag":
      return instance.tags["Mirror"] === "true";
    case "by-subnet":
      return each.subnetId === "subnet-0a";
    case "nothing":
      return false;
  }
}

/** Whether it is right to remove this session of ours as things are now. */
export function mayRemove(
  id: string,
  { interfaces, sessions }: Truth,
  choice: PolicyChoice,
  setting: Setting,
): boolean {
  const session = sessions.find((each) => each.id === id);
  if (!session || !isOurs(session)) return true; // gone, or caught by another check
  const each = interfaces.find((one) => one.id === session.interfaceId);
  if (!each || !wanted(each, choice)) return true;
  if (each.instance?.state === "stopped" && !choice.keepStopped) return true;
  if (sessions.filter((other) => other.interfaceId === each.id && isOurs(other)).length > 1) return true;
  return !Object.values(setting.targets).includes(session.targetId);
}

/** Its own zone's target, else any other, else none. */
function allowedTargets(each: ModelInterface, choice: PolicyChoice, setting: Setting): readonly string[] {
  const local = setting.targets[each.zone];
  if (local !== undefined) return [local];
  return choice.crossZone ? Object.values(setting.targets) : [];
}

/** Whether it is right to ask for such a session as things are now. */
export function mayCreate(
  session: AskedFor,
  { interfaces, sessions }: Truth,
  choice: PolicyChoice,
  setting: Setting,
): boolean {
  const each = interfaces.find((one) => one.id === session.interfaceId);
  if (!each) return true; // gone since: EC2 refuses it
  const foreign = sessions.filter((one) => one.interfaceId === each.id && !isOurs(one));
  if (foreign.some((other) => isRobbed(other) && fits(other, foreign, choice, setting))) return false;
  return wanted(each, choice) && allowedTargets(each, choice, setting).includes(session.targetId ?? "");
}

/** Every way in which the account differs from what it should be; empty when it is right. */
export function wrongs(
  { interfaces, sessions }: Truth,
  choice: PolicyChoice,
  setting: Setting,
  quota: number,
): string[] {
  const room = quota - sessions.filter((session) => !isOurs(session)).length;
  const problems = interfaces.flatMap((each) => wrongsOf(each, sessions, choice, setting));
  const missing = problems.filter((problem) => problem.startsWith("missing"));
  const ours = sessions.filter(isOurs).length;
  // When the quota is short, only so many can be there; all of them must be.
  const excused = ours >= room ? missing : [];
  const orphans = sessions
    .filter((session) => isOurs(session) && !interfaces.some((each) => each.id === session.interfaceId))
    .map((session) => `orphan ${session.id}`);
  return [...problems.filter((problem) => !excused.includes(problem)), ...orphans];
}

function wrongsOf(
  each: ModelInterface,
  sessions: readonly ModelSession[],
  choice: PolicyChoice,
  setting: Setting,
): string[] {
  const on = sessions.filter((session) => session.interfaceId === each.id);
  const ours = on.filter(isOurs);
  const foreign = on.filter((session) => !isOurs(session));
  const state = each.instance?.state;
  // While an instance goes down, whatever is there may stay, a surplus too: it goes with the interface.
  if (state === "shutting-down" || state === "stopping") return [];
  if (ours.length > 1) return [`surplus on ${each.id}: ${String(ours.length)}`];
  const [session] = ours;
  if (!wanted(each, choice)) return session ? [`unwanted on ${each.id}`] : [];
  if (state === "stopped") return session && !choice.keepStopped ? [`stopped but mirrored: ${each.id}`] : [];

  const allowed = allowedTargets(each, choice, setting);
  if (allowed.length === 0) {
    const stays = session && Object.values(setting.targets).includes(session.targetId);
    return session && !stays ? [`on a target that is not to be trusted: ${each.id}`] : [];
  }
  if (!session && foreign.some((other) => isRobbed(other) && fits(other, foreign, choice, setting)))
    return [];
  const supported = each.type === "interface" && each.instance?.type !== "t2.micro";
  if (!session) return supported && foreign.length < 3 ? [`missing on ${each.id}`] : [];

  const problems: string[] = [];
  const expect = (name: string, actual: unknown, right: boolean) => {
    if (!right) problems.push(`${name} of ${session.id} is ${String(actual)}`);
  };
  expect("target", session.targetId, allowed.includes(session.targetId));
  expect(
    "filter",
    session.filterId,
    session.filterId === (choice.otherFilter ? setting.otherFilterId : setting.filterId),
  );
  expect("vni", session.vni, choice.vni === null || session.vni === choice.vni);
  expect("packet length", session.packetLength, (session.packetLength ?? null) === choice.packetLength);
  const lowest = firstFree(choice.number ?? 1, foreign);
  // Never below somebody else's that it stood above, unless a number was asked for.
  const stays =
    choice.number === null && foreign.some(({ number }) => lowest < number && number < session.number);
  expect("number", session.number, session.number === lowest || stays);
  expect("rule", session.tags["traffic-mirror:rule"], session.tags["traffic-mirror:rule"] === choice.sources);
  return problems;
}

/** It leads where a session of ours would, so that a second one is not to be. */
function fits(
  session: ModelSession,
  foreign: readonly ModelSession[],
  choice: PolicyChoice,
  setting: Setting,
): boolean {
  const others = foreign.filter((other) => other !== session);
  return (
    session.filterId === (choice.otherFilter ? setting.otherFilterId : setting.filterId) &&
    Object.values(setting.targets).includes(session.targetId) &&
    (choice.number === null || session.number === firstFree(choice.number, others))
  );
}

function firstFree(from: number, foreign: readonly ModelSession[]): number {
  let number = from;
  while (foreign.some((session) => session.number === number)) number += 1;
  return number;
}
