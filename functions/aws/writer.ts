/** Creates, changes, tags and removes sessions; every answer becomes an outcome, and a throttled one slows the lane. */
import {
  CreateTagsCommand,
  CreateTrafficMirrorSessionCommand,
  DeleteTrafficMirrorSessionCommand,
  ModifyTrafficMirrorSessionCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import type { SessionChanges } from "../core/decisions.js";
import type { Outcome } from "../core/outcomes.js";
import type { SessionWriter } from "../core/ports.js";
import { classify, classifyCreate, isStaleReference } from "./errors.js";
import type { Pace } from "./pace.js";
import { toAwsTags } from "./shapes.js";

/** `onStaleReference`: a write named a target or filter that is not there any more. */
export function createWriter(client: EC2Client, pace: Pace, onStaleReference: () => void): SessionWriter {
  const call = async <T>(send: () => Promise<T>, failureOf: typeof classify): Promise<Outcome<T>> => {
    try {
      return { kind: "done", value: await send() };
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === "throttled") pace.slowDown();
      if (isStaleReference(failure.code)) onStaleReference();
      return failure;
    }
  };

  return {
    turn: (until) => pace.turn(until),
    create: (desired) =>
      call(async () => {
        const { TrafficMirrorSession } = await client.send(
          // No ClientToken of our own: the SDK's survives its retries, and one made of the interface's id
          // would bring back the answer for a session that was deleted since.
          new CreateTrafficMirrorSessionCommand({
            NetworkInterfaceId: desired.interfaceId,
            TrafficMirrorTargetId: desired.targetId,
            TrafficMirrorFilterId: desired.filterId,
            SessionNumber: desired.number,
            VirtualNetworkId: desired.vni,
            PacketLength: desired.packetLength,
            TagSpecifications: [{ ResourceType: "traffic-mirror-session", Tags: toAwsTags(desired.tags) }],
          }),
        );
        return TrafficMirrorSession?.TrafficMirrorSessionId;
      }, classifyCreate),
    modify: (sessionId, changes) =>
      call(async () => {
        await client.send(new ModifyTrafficMirrorSessionCommand(modification(sessionId, changes)));
        return undefined;
      }, classify),
    async remove(sessionId) {
      const outcome = await call(async () => {
        await client.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: sessionId }));
        return undefined;
      }, classify);
      return outcome.kind === "gone" ? { kind: "done", value: undefined } : outcome;
    },
    tag: (sessionId, tags) =>
      call(async () => {
        await client.send(new CreateTagsCommand({ Resources: [sessionId], Tags: toAwsTags(tags) }));
        return undefined;
      }, classify),
  };
}

function modification(sessionId: string, changes: SessionChanges) {
  return {
    TrafficMirrorSessionId: sessionId,
    TrafficMirrorTargetId: changes.targetId,
    TrafficMirrorFilterId: changes.filterId,
    SessionNumber: changes.number,
    VirtualNetworkId: changes.vni,
    ...(changes.packetLength === null
      ? { RemoveFields: ["packet-length" as const] }
      : { PacketLength: changes.packetLength }),
  };
}
