/** Web servers are launched and their sessions appear; somebody who visits them is launched too, and is not mirrored. */
import type { Host } from "../machine/fabric.js";
import { within, type Stage } from "../stage.js";

export interface Server {
  readonly name: string;
  readonly instanceId: string;
  readonly host: Host;
}

export interface Fleet {
  readonly servers: readonly Server[];
  readonly visitor: Host;
}

const SERVE = `require("node:http").createServer((_, answer) => answer.end("hello\\n")).listen(80)`;
/** A request to each of them, over and over, as a busy site has. */
const VISIT = `
const http = require("node:http"), servers = process.argv.slice(1);
setInterval(() => servers.forEach((host) => http.get({ host, agent: false }, (a) => a.resume()).on("error", () => {})), 500);`;

const bodyOf = async ({ world }: Stage, instanceId: string): Promise<Host> => {
  const host = await within(30, () => world.body(instanceId));
  if (host === undefined) throw new Error(`${instanceId} got no body`);
  return host;
};

const launchServer = async (stage: Stage, name: string, zone: number): Promise<Server> => {
  const { aws, outputs, screen, world } = stage;
  const zones = Object.keys(outputs.source_subnets).sort();
  const subnetId = outputs.source_subnets[zones[zone] ?? ""] ?? "";
  const { instanceId, interfaceIds, at } = await aws.launch({
    subnetId,
    tags: { Name: name, Mirror: "true" },
  });
  const session = await within(30, async () =>
    (await aws.sessions()).find((each) => each.NetworkInterfaceId === interfaceIds[0]),
  );
  const after = ((Date.now() - at) / 1000).toFixed(1);
  const host = await bodyOf(stage, instanceId);
  const acts = await within(30, () => world.acting(instanceId));
  host.start(process.execPath, ["-e", SERVE]);
  screen.promise(
    `${name} (${instanceId}, ${host.address}) runs; after ${after} s it has ${session?.TrafficMirrorSessionId ?? "no session"}, VNI ${String(session?.VirtualNetworkId)}, which copies`,
    session !== undefined && acts !== undefined,
  );
  return { name, instanceId, host };
};

export const launchFleet = async (stage: Stage): Promise<Fleet> => {
  const { aws, outputs, screen, world } = stage;
  const servers: Server[] = [];
  for (const [zone, name] of ["web-1", "web-2", "web-3"].entries()) {
    servers.push(await launchServer(stage, name, zone));
  }
  const [subnetId = ""] = Object.values(outputs.source_subnets);
  const { instanceId } = await aws.launch({ subnetId, tags: { Name: "visitor" } });
  const visitor = await bodyOf(stage, instanceId);
  screen.say(`visitor (${instanceId}, ${visitor.address}) has no tag Mirror = true`);
  screen.promise("so the visitor has no session", world.acting(instanceId) === undefined);
  visitor.start(process.execPath, ["-e", VISIT, ...servers.map(({ host }) => host.address)]);
  screen.say("it asks each web server twice a second from now on, so that there is traffic");
  return { servers, visitor };
};

/** One request whose packets can be told from all others. */
export const request = async (from: Host, to: Host, path: string): Promise<string> =>
  from.run(
    process.execPath,
    "-e",
    "fetch(process.argv[1]).then((answer) => answer.text()).then(() => {})",
    `http://${to.address}${path}`,
  );
