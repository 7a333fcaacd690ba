/**
 * Bodies: a network namespace for each machine, on one bridge in a namespace of its own. Nothing of this machine's own
 * network is touched, and all of it goes with `remove`.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { end, run } from "./run.js";

/** All addresses of the twin's VPCs are on one link: peering and routes are not what it shows. */
const LINK = 8;
/**
 * A body sends packets of 1,500 bytes, as most do that talk to the internet, and its interface carries more: on AWS too a
 * copy has room for its envelopes (Amazon VPC Traffic Mirroring, "MTU": 9001 between interfaces).
 */
const PACKET_MTU = 1500;
const LINK_MTU = 9001;

const byte = (value: number): string => (value & 0xff).toString(16).padStart(2, "0");

export interface Host {
  readonly name: string;
  /** Of its namespace. */
  readonly space: string;
  /** The first of its addresses. */
  readonly address: string;
  run(command: string, ...args: string[]): Promise<string>;
  /** Ends with the fabric, if not before. */
  start(command: string, args: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess;
}

export class Fabric {
  readonly prefix: string;
  readonly #hosts = new Map<string, Host>();
  readonly #children = new Set<ChildProcess>();
  #count = 0;

  private constructor(prefix: string) {
    this.prefix = prefix;
  }

  static async raise(prefix = `twin${process.pid}`): Promise<Fabric> {
    const fabric = new Fabric(prefix);
    await run("ip", ["netns", "add", fabric.#bridge]);
    await run("ip", ["-n", fabric.#bridge, "-batch", "-"], {
      input: `link add br0 mtu ${LINK_MTU} type bridge\nlink set br0 up\n`,
    });
    return fabric;
  }

  get #bridge(): string {
    return `${this.prefix}-link`;
  }

  /** `roomFor`: addresses to which packets may be longer than others, as copies to an endpoint are. */
  async host(name: string, addresses: readonly string[], roomFor: readonly string[] = []): Promise<Host> {
    const space = `${this.prefix}-${name}`;
    const number = (this.#count += 1);
    const port = `v${number}`;
    const mac = `02:00:00:00:${byte(number >> 8)}:${byte(number)}`;
    const [address = ""] = addresses;
    await run("ip", ["netns", "add", space]);
    const host: Host = {
      name,
      space,
      address,
      run: (command, ...args) => run("ip", ["netns", "exec", space, command, ...args]),
      start: (command, args, env) => this.#start(space, command, args, env),
    };
    this.#hosts.set(name, host);
    await host.run("sysctl", "-q", "-w", "net.ipv6.conf.all.disable_ipv6=1");
    await run("ip", ["-n", space, "-batch", "-"], {
      input: [
        `link add eth0 address ${mac} mtu ${LINK_MTU} type veth peer name ${port} netns ${this.#bridge} mtu ${LINK_MTU}`,
        "link set lo up",
        ...addresses.map((each) => `addr add ${each}/${LINK} dev eth0 noprefixroute`),
        "link set eth0 up",
        `route add 10.0.0.0/${LINK} dev eth0 src ${address} mtu lock ${PACKET_MTU}`,
        ...roomFor.map((each) => `route add ${each}/32 dev eth0 src ${address}`),
        // Nobody is there: that there is a default route is what a node looks for.
        "route add default via 10.255.255.254 dev eth0",
        "",
      ].join("\n"),
    });
    // As in a VPC, an interface gets what is addressed to it and nothing else, whoever has gone.
    await run("ip", ["-n", this.#bridge, "-batch", "-"], {
      input: [
        `link set ${port} master br0`,
        `link set ${port} type bridge_slave learning off flood off mcast_flood off`,
        `link set ${port} up`,
        "",
      ].join("\n"),
    });
    await run("bridge", ["-n", this.#bridge, "fdb", "replace", mac, "dev", port, "master", "static"]);
    // As on the wire: no frame longer than it was sent, each with its checksums.
    await host.run("ethtool", "-K", "eth0", "tx", "off", "tso", "off", "gso", "off", "gro", "off");
    return host;
  }

  async remove(name: string): Promise<void> {
    const host = this.#hosts.get(name);
    if (host === undefined) return;
    this.#hosts.delete(name);
    await removeSpace(host.space);
  }

  /** Everything, with what runs in it. */
  async strike(): Promise<void> {
    await Promise.all([...this.#children].map(end));
    for (const name of [...this.#hosts.keys()]) await this.remove(name);
    await removeSpace(this.#bridge);
  }

  #start(
    space: string,
    command: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = process.env,
  ): ChildProcess {
    const child = spawn("ip", ["netns", "exec", space, command, ...args], { stdio: "pipe", env });
    this.#children.add(child);
    child.once("exit", () => this.#children.delete(child));
    return child;
  }
}

/** What still runs in a namespace keeps it alive. */
const removeSpace = async (space: string): Promise<void> => {
  for (const pid of (await run("ip", ["netns", "pids", space])).split("\n").filter(Boolean)) {
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
  await run("ip", ["netns", "del", space]);
};
