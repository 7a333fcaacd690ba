/**
 * What a fleet of mirrored interfaces sends: connections seen from one end, both directions, each packet in VXLAN from
 * its interface to the endpoint and in GENEVE from the load balancer to the node. Outer source ports differ between
 * the directions of one connection, which AWS does not rule out (?).
 */
import { MAC, awsOptions, ethernet, geneve, tcp4, udp4, vxlan } from "./packets.js";

export interface Packet {
  /** As it arrives at the node's interface. */
  readonly wire: Buffer;
  /** As it left the mirrored interface, and has to come out. */
  readonly inner: Buffer;
  readonly vni: number;
  /** The endpoint that it came through, by GENEVE's option. */
  readonly endpoint: bigint;
  /** Same for both directions of one connection. */
  readonly flow: number;
}

export const NODE = "10.0.1.10";
export const BALANCER = "10.0.1.1";

export const ENDPOINT = 0x1122334455667788n;

/** Puts a frame into what the load balancer sends to the node. `ports`: of VXLAN and of GENEVE. */
export const mirrored = (
  frame: Buffer,
  vni: number,
  source = "172.31.0.5",
  ports: readonly [number, number] = [50_000, 60_000],
  endpoint = ENDPOINT,
): Buffer =>
  ethernet(
    MAC.node,
    MAC.balancer,
    0x0800,
    udp4(
      { from: BALANCER, to: NODE },
      ports[1],
      6081,
      geneve(
        udp4({ from: source, to: "172.31.255.9" }, ports[0], 4789, vxlan(vni, frame)),
        awsOptions(endpoint, ports[0]),
      ),
    ),
  );

const SOURCES = 40;
const CLIENT_MAC = "0a:00:00:00:00:01";
const SERVER_MAC = "0a:00:00:00:00:02";

/** One HTTP exchange in eight packets; `flow` makes it unique. */
const exchange = (flow: number): { readonly forward: boolean; readonly frame: Buffer }[] => {
  const client = `10.${1 + (flow % SOURCES)}.${(flow >> 8) & 255}.${flow & 255}`;
  const server = `192.168.${flow % 7}.${1 + (flow % 250)}`;
  const port = 20_000 + flow;
  const request = Buffer.from(`GET /${flow} HTTP/1.1\r\nHost: flow-${flow}.example\r\n\r\n`);
  const body = `answer ${flow} `.repeat(1 + (flow % 90));
  const answer = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  const start = flow * 1000;
  const step = (forward: boolean, flags: number, sent: number, seen: number, data = Buffer.alloc(0)) => {
    const [from, to] = forward ? [client, server] : [server, client];
    const [sourcePort, port2] = forward ? [port, 80] : [80, port];
    const tcp = {
      from: sourcePort,
      to: port2,
      sequence: start + sent,
      acknowledgement: (flags & 16) === 0 ? 0 : start + seen,
      flags,
    };
    const packet = tcp4({ from, to, id: (flow * 8 + flags) & 0xffff }, tcp, data);
    const frame = forward
      ? ethernet(SERVER_MAC, CLIENT_MAC, 0x0800, packet)
      : ethernet(CLIENT_MAC, SERVER_MAC, 0x0800, packet);
    return { forward, frame };
  };
  const asked = 1 + request.length;
  const answered = 1 + answer.length;
  return [
    step(true, 2, 0, 0),
    step(false, 18, 0, 1),
    step(true, 16, 1, 1),
    step(true, 24, 1, 1, request),
    step(false, 24, 1, asked, answer),
    step(true, 17, asked, answered),
    step(false, 17, answered, asked + 1),
    step(true, 16, asked + 1, answered + 1),
  ];
};

export const PACKETS_PER_FLOW = 8;

/** `flows` connections, in turns, so that packets of many are on the way at the same time. */
export const traffic = (flows: number): Packet[] => {
  const exchanges = Array.from({ length: flows }, (_, flow) => exchange(flow));
  const packets: Packet[] = [];
  for (let turn = 0; turn < PACKETS_PER_FLOW; turn += 1) {
    exchanges.forEach((steps, flow) => {
      const step = steps[turn];
      if (step === undefined) return;
      const source = flow % SOURCES;
      const vni = 0x12000 + source;
      // Another pair of ports for each direction of each connection.
      const ports = [
        1024 + flow * 2 + Number(step.forward),
        60_000 - flow * 2 - Number(step.forward),
      ] as const;
      const wire = mirrored(step.frame, vni, `172.31.${source}.4`, ports);
      packets.push({ wire, inner: step.frame, vni, endpoint: ENDPOINT, flow });
    });
  }
  return packets;
};

/**
 * The same conversation between the same addresses in each of many clients, of which every other one sends with the VNI
 * of the one before: nothing but the endpoint tells them apart.
 */
export const manyClients = (clients: number): Packet[] =>
  Array.from({ length: clients }, (_, client) => client).flatMap((client) =>
    exchange(1).map(({ forward, frame }, turn) => {
      const endpoint = BigInt(client + 1);
      const vni = 1000 + client - (client % 2);
      // Each frame is its client's and no other's.
      const inner = Buffer.concat([frame, Buffer.from(`client ${client} turn ${turn}`.padEnd(24))]);
      const ports = [1024 + client * 2 + Number(forward), 60_000 - client] as const;
      return {
        wire: mirrored(inner, vni, "172.31.1.4", ports, endpoint),
        inner,
        vni,
        endpoint,
        flow: client,
      };
    }),
  );
