/** The stand-in for endpoints and Gateway Load Balancer, seen from the twin. */
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { root } from "../../scripts/lib/run.js";
import type { Fabric } from "../machine/fabric.js";
import { end } from "../machine/run.js";
import type { News, Order, Setup, Told } from "./messages.js";

export type { Setup, Told };

/** Which packets to an endpoint come from: the load balancer's own address. */
const OWN_ADDRESS = "10.255.0.1";

export interface Balancer {
  register(addresses: readonly string[]): void;
  tell(): Promise<Told>;
  stop(): Promise<void>;
}

export const startBalancer = async (fabric: Fabric, setup: Setup): Promise<Balancer> => {
  const endpoints = setup.endpoints.map(({ address }) => address);
  const host = await fabric.host("balancer", [OWN_ADDRESS, ...endpoints]);
  // It sends copies with their envelopes: its packets are longer than others.
  await host.run("ip", "route", "replace", "10.0.0.0/8", "dev", "eth0", "src", OWN_ADDRESS);
  const main = join(root, "twin", "balancer", "main.ts");
  const child = host.start(process.execPath, ["--import", "tsx", main]);
  const complaints: string[] = [];
  child.stderr?.on("data", (chunk: Buffer) => complaints.push(chunk.toString()));
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  const order = (what: Order): void => void child.stdin?.write(`${JSON.stringify(what)}\n`);
  const gone = once(child, "exit").then(() => {
    throw new Error(`the balancer has ended: ${complaints.join("")}`);
  });
  gone.catch(() => undefined);
  const next = async (): Promise<News> => {
    const [line] = (await Promise.race([once(lines, "line"), gone])) as [string];
    return JSON.parse(line) as News;
  };
  const ready = next();
  order({ kind: "setup", setup });
  await ready;
  return {
    register: (addresses) => order({ kind: "targets", addresses }),
    async tell() {
      const answer = next();
      order({ kind: "tell" });
      const news = await answer;
      if (news.kind !== "told") throw new Error(`the balancer says ${news.kind}`);
      return news.told;
    },
    stop: () => end(child),
  };
};
