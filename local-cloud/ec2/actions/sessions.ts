import { lagOf } from "../../interference/lag.js";
import { list, tagSpec } from "../../xml.js";
import { dropOrphans, sourceFacts } from "../region.js";
import { together, type Seen } from "../shares.js";
import { notFound, required } from "../store/checks.js";
import type { Session } from "../store/model.js";
import { integer, refuseDryRun, type Actions, type Request } from "./action.js";
import { describe } from "./describe.js";
import { sessionXml } from "./mirror-render.js";

const shape = ({ params }: Request) => ({
  targetId: params["TrafficMirrorTargetId"],
  filterId: params["TrafficMirrorFilterId"],
  number: integer(params, "SessionNumber"),
  vni: integer(params, "VirtualNetworkId"),
  packetLength: integer(params, "PacketLength"),
  description: params["Description"],
});

const sessionId = ({ params }: Request) =>
  required(params["TrafficMirrorSessionId"], "TrafficMirrorSessionId");

export const sessionActions: Actions = {
  async CreateTrafficMirrorSession(request) {
    const { params, region } = request;
    const interfaceId = required(params["NetworkInterfaceId"], "NetworkInterfaceId");
    const input = { ...shape(request), interfaceId, tags: tagSpec(params, "traffic-mirror-session") };
    refuseDryRun(params);
    const source = await sourceFacts(region, interfaceId);
    const session = region.mirror.sessions.create(input, source, params["ClientToken"]);
    return { trafficMirrorSession: sessionXml(session, region.account), clientToken: params["ClientToken"] };
  },

  ModifyTrafficMirrorSession(request) {
    const { params, region } = request;
    const change = { ...shape(request), removeFields: list(params, "RemoveField") };
    refuseDryRun(params);
    const session = region.mirror.sessions.modify(sessionId(request), change);
    return { trafficMirrorSession: sessionXml(session, region.account) };
  },

  async DeleteTrafficMirrorSession(request) {
    const id = sessionId(request);
    refuseDryRun(request.params);
    await dropOrphans(request.region);
    request.region.mirror.sessions.delete(id);
    return { trafficMirrorSessionId: id };
  },

  async DescribeTrafficMirrorSessions(request) {
    const { params, region } = request;
    refuseDryRun(params);
    await dropOrphans(region);
    const { sessions } = region.mirror.sessions;
    const time = region.context.now() - lagOf(region.cloud, "sessions", request.call);
    const others = region.shares.sessionsFor(region, time);
    const ownerOf = ({ owner = region.account }: Seen<Session>) => owner;
    const { items, nextToken } = describe<Seen<Session>>(request, {
      idName: "TrafficMirrorSessionId",
      readers: {
        description: (s) => s.description,
        "network-interface-id": (s) => s.interfaceId,
        "owner-id": ownerOf,
        "packet-length": (s) => s.packetLength,
        "session-number": (s) => s.number,
        "traffic-mirror-filter-id": (s) => s.filterId,
        "traffic-mirror-session-id": (s) => s.id,
        "traffic-mirror-target-id": (s) => s.targetId,
        "virtual-network-id": (s) => s.vni,
      },
      all: () => together<Seen<Session>>(sessions.asOf(time), others),
      get: (id) => {
        const found = sessions.getAsOf(id, time) ?? others.find((each) => each.id === id);
        if (!found) throw notFound("session", id, region.context.switches);
        return found;
      },
    });
    return { trafficMirrorSessionSet: items.map((s) => sessionXml(s, ownerOf(s))), nextToken };
  },
};
