/** A request is made, and a rotation later its packets are in the bucket, found by time and host. */
import { findPackets } from "../find.js";
import { request, type Fleet, type Server } from "./launch.js";
import { secondsSince, within, type Stage } from "../stage.js";

export interface Kept {
  readonly key: string;
  /** tcpdump's line. */
  readonly packet: string;
}

/** Makes a request with a path of its own and waits until the bucket has it. `wanted`: of the keys that count. */
export const requestAndFind = async (
  { s3, outputs, intervals }: Stage,
  { visitor }: Fleet,
  server: Server,
  path: string,
  wanted: (key: string) => boolean = () => true,
): Promise<Kept | undefined> => {
  const from = Date.now() - 1000;
  await request(visitor, server.host, path);
  const to = Date.now() + 1000;
  return within(intervals.toBucketSeconds, async () => {
    const found = await findPackets(s3, outputs.capture_bucket, {
      host: server.host.address,
      filter: "tcp port 80",
      from,
      to,
    });
    return found
      .filter(({ key }) => wanted(key))
      .flatMap(({ key, packets }) => packets.map((packet) => ({ key, packet })))
      .find(({ packet }) => packet.includes(`GET ${path} `));
  });
};

export const findRequest = async (stage: Stage, fleet: Fleet): Promise<void> => {
  const { screen, outputs } = stage;
  const [server] = fleet.servers;
  if (server === undefined) return;
  const path = `/order/${Date.now().toString(36)}`;
  screen.say(`the visitor asks ${server.name} for ${path}`);
  const began = performance.now();
  const kept = await requestAndFind(stage, fleet, server, path);
  screen.promise(
    `${secondsSince(began)} s later the index of ${outputs.capture_bucket} leads to it, by its time and the host ${server.host.address}`,
    kept !== undefined,
  );
  if (kept === undefined) return;
  screen.say(`s3://${outputs.capture_bucket}/${kept.key}`);
  for (const line of kept.packet.split("\n").slice(0, 1)) screen.say(line.slice(0, 140));
  screen.promise(
    "it is filed under the client whose endpoint it came through",
    kept.key.includes("client=self/vni=100/"),
  );
};
