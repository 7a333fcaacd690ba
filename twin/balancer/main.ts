/** The balancer's process: VXLAN in at the endpoints' addresses, GENEVE out to the targets. Ends with its standard input. */
import dgram from "node:dgram";
import http from "node:http";
import { createInterface } from "node:readline";
import { Flows } from "./flows.js";
import { headOf, wrap } from "./geneve.js";
import { after, REGISTERED, type Health } from "./health.js";
import type { News, Order, Setup } from "./messages.js";

const GENEVE_PORT = 6081;
const VXLAN_PORT = 4789;
/** A target can spread the flows over its queues by the outer port. */
const PORTS = 8;

interface Registered {
  health: Health;
  sent: number;
}

const flows = new Flows();
const targets = new Map<string, Registered>();
const heads = new Map<string, Buffer>();
let received = 0;
let dropped = 0;

const say = (news: News): void => void process.stdout.write(`${JSON.stringify(news)}\n`);

const bound = (port: number, address?: string): Promise<dgram.Socket> =>
  new Promise((resolve, reject) => {
    const socket = dgram.createSocket({ type: "udp4", recvBufferSize: 1 << 23, sendBufferSize: 1 << 22 });
    socket.once("error", reject);
    socket.bind(port, address, () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });

const refresh = (): void => {
  flows.targets = [...targets].map(([address, { health }]) => ({ address, healthy: health.healthy }));
};

const forward = (
  setup: Setup,
  outlets: readonly dgram.Socket[],
  endpoint: Setup["endpoints"][number],
  payload: Buffer,
  from: dgram.RemoteInfo,
): void => {
  received += 1;
  const ports = setup.stickiness === "none" ? `:${from.port}` : "";
  const key = `${from.address}${ports}>${endpoint.address}`;
  const placed = flows.place(key, Date.now());
  if (placed === undefined) {
    dropped += 1;
    return;
  }
  const headKey = `${key}/${from.port}`;
  let head = heads.get(headKey);
  if (head === undefined) {
    head = headOf({
      endpointId: endpoint.id,
      from: from.address,
      fromPort: from.port,
      to: endpoint.address,
      cookie: placed.cookie,
    });
    heads.set(headKey, head);
  }
  const target = targets.get(placed.target);
  if (target !== undefined) target.sent += 1;
  outlets[placed.cookie % PORTS]?.send(wrap(head, payload), GENEVE_PORT, placed.target, (error) => {
    if (error !== null) dropped += 1;
  });
};

const probe = ({ health }: Setup, address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { port, path } = health;
    const request = http.get(
      { host: address, port, path, timeout: health.timeoutSeconds * 1000, agent: false },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      },
    );
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });

const check = async (setup: Setup): Promise<void> => {
  await Promise.all(
    [...targets].map(async ([address, target]) => {
      target.health = after(target.health, await probe(setup, address), setup.health);
    }),
  );
  refresh();
};

const start = async (setup: Setup): Promise<void> => {
  const outlets = await Promise.all(Array.from({ length: PORTS }, () => bound(0)));
  for (const endpoint of setup.endpoints) {
    const socket = await bound(VXLAN_PORT, endpoint.address);
    socket.on("message", (payload, from) => forward(setup, outlets, endpoint, payload, from));
  }
  setInterval(() => void check(setup), setup.health.intervalSeconds * 1000);
  setInterval(() => {
    flows.forgetIdle(Date.now());
    if (heads.size > 100_000) heads.clear();
  }, 1000);
  say({ kind: "ready" });
};

const register = (addresses: readonly string[]): void => {
  for (const address of targets.keys()) if (!addresses.includes(address)) targets.delete(address);
  for (const address of addresses) {
    if (!targets.has(address)) targets.set(address, { health: REGISTERED, sent: 0 });
  }
  refresh();
};

const obey = async (order: Order): Promise<void> => {
  if (order.kind === "setup") await start(order.setup);
  if (order.kind === "targets") register(order.addresses);
  if (order.kind === "tell") {
    const each = [...targets].map(([address, { health, sent }]) => ({
      address,
      healthy: health.healthy,
      sent,
    }));
    say({ kind: "told", told: { received, dropped, flows: flows.size, targets: each } });
  }
};

createInterface({ input: process.stdin })
  .on("line", (line) => void obey(JSON.parse(line) as Order))
  .on("close", () => process.exit(0));
