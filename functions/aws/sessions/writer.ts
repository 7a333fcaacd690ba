/** Creates, changes, tags and removes sessions; every answer becomes an outcome, and a throttled one slows the pace. */
import {
  CreateTagsCommand,
  CreateTrafficMirrorSessionCommand,
  DeleteTrafficMirrorSessionCommand,
  ModifyTrafficMirrorSessionCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import type { Clock } from "../../core/clock.js";
import type { Outcome } from "../../core/outcomes.js";
import type { SessionChanges } from "../../core/sessions/decisions.js";
import type { SessionWriter } from "../../core/sessions/ports.js";
import { classify, classifyCreate, isStaleReference } from "../errors.js";
import type { Pace } from "../pace.js";
import { readInterfaces, readSessions } from "../read.js";
import { toAwsTags } from "../shapes.js";
import { createStillThere } from "../still-there.js";

/** `onStaleReference`: a write named a target or filter that is not there any more. */
export function createWriter(
  client: EC2Client,
  pace: Pace,
  clock: Clock,
  onStaleReference: () => void,
): SessionWriter {
  const stillThere = createStillThere(clock);
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

  /** What a call acts on, `id`, was seen; `read` looks again. */
  const unlessGone = async <T>(
    outcome: Outcome<T>,
    id: string,
    read: () => Promise<readonly string[]>,
  ): Promise<Outcome<T>> => {
    if (outcome.kind !== "not-permitted") return outcome;
    const there = await stillThere([id], async () => new Set(await read()));
    return there.has(id) ? outcome : { ...outcome, kind: "gone" };
  };

  const onSession = async (sessionId: string, send: () => Promise<unknown>): Promise<Outcome> => {
    const outcome = await call(async () => {
      await send();
      return undefined;
    }, classify);
    const byId = { Name: "traffic-mirror-session-id", Values: [sessionId] };
    return unlessGone(outcome, sessionId, () => readSessions(client, () => [sessionId], byId));
  };

  return {
    turn: (until) => pace.turn(until),
    create: async (desired) => {
      const outcome = await call(async () => {
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
            Description: desired.description,
            TagSpecifications: [{ ResourceType: "traffic-mirror-session", Tags: toAwsTags(desired.tags) }],
          }),
        );
        return TrafficMirrorSession?.TrafficMirrorSessionId;
      }, classifyCreate);
      const byId = { Name: "network-interface-id", Values: [desired.interfaceId] };
      const { interfaceId } = desired;
      return unlessGone(outcome, interfaceId, () => readInterfaces(client, [byId], () => [interfaceId]));
    },
    modify: (sessionId, changes) =>
      onSession(sessionId, () =>
        client.send(new ModifyTrafficMirrorSessionCommand(modification(sessionId, changes))),
      ),
    async remove(sessionId) {
      const outcome = await onSession(sessionId, () =>
        client.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: sessionId })),
      );
      return outcome.kind === "gone" ? { kind: "done", value: undefined } : outcome;
    },
    tag: (sessionId, tags) =>
      onSession(sessionId, () =>
        client.send(new CreateTagsCommand({ Resources: [sessionId], Tags: toAwsTags(tags) })),
      ),
  };
}

function modification(sessionId: string, changes: SessionChanges) {
  return {
    TrafficMirrorSessionId: sessionId,
    TrafficMirrorTargetId: changes.targetId,
    TrafficMirrorFilterId: changes.filterId,
    SessionNumber: changes.number,
    VirtualNetworkId: changes.vni,
    Description: changes.description,
    ...(changes.packetLength === null
      ? { RemoveFields: ["packet-length" as const] }
      : { PacketLength: changes.packetLength }),
  };
}
