/** Bodies follow what EC2 says: machines get one when they run, mirroring acts as sessions stand, nodes boot. */
import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { DescribeLaunchTemplateVersionsCommand } from "@aws-sdk/client-ec2";
import type { S3Client } from "@aws-sdk/client-s3";
import type { Aws } from "../test/support/aws.js";
import { startBalancer, type Balancer, type Setup } from "./balancer/index.js";
import { look, type Machine, type Reality } from "./cloud/reality.js";
import { Fabric, type Host } from "./machine/fabric.js";
import type { MirrorSession } from "./mirror/model.js";
import { startMirroring, stopMirroring } from "./mirror/session.js";
import { bootNode, type CaptureNode } from "./node/index.js";
import type { Settings } from "./node/files.js";

const EVERY_MS = 300;

export interface WorldOptions {
  readonly aws: Aws;
  readonly s3: S3Client;
  readonly scaling: AutoScalingClient;
  readonly cloudUrl: string;
  readonly nodeSettings: Settings;
  readonly logs: string;
  /** Receives what went wrong, once. */
  readonly trouble: (text: string) => void;
}

interface Body {
  readonly host: Host;
  /** The one that acts. */
  session: MirrorSession | undefined;
}

export class World {
  readonly #options: WorldOptions;
  readonly #fabric: Fabric;
  readonly #bodies = new Map<string, Body>();
  readonly #nodes = new Map<string, CaptureNode>();
  /** Machines of a group that were booted, with those that were killed or could not be. */
  readonly #booted = new Set<string>();
  #balancer: Balancer | undefined;
  #seen: Reality = { machines: [], endpoints: [], sessions: new Map() };
  #stopped = false;
  #following: Promise<void> = Promise.resolve();

  private constructor(options: WorldOptions, fabric: Fabric) {
    this.#options = options;
    this.#fabric = fabric;
  }

  static async raise(options: WorldOptions): Promise<World> {
    const world = new World(options, await Fabric.raise());
    world.#following = world.#follow();
    return world;
  }

  get nodes(): readonly CaptureNode[] {
    return [...this.#nodes.values()];
  }

  get balancer(): Balancer {
    if (this.#balancer === undefined) throw new Error("there is no load balancer yet");
    return this.#balancer;
  }

  /** The endpoints' and the load balancer's stand-in, once all endpoints are there. */
  async balance(setup: Omit<Setup, "endpoints">): Promise<void> {
    const { endpoints } = await look(this.#options.aws, this.#options.scaling);
    this.#balancer = await startBalancer(this.#fabric, { ...setup, endpoints });
  }

  body(instanceId: string): Host | undefined {
    return this.#bodies.get(instanceId)?.host;
  }

  /** The session by which an instance's packets are copied at this moment. */
  acting(instanceId: string): MirrorSession | undefined {
    return this.#bodies.get(instanceId)?.session;
  }

  async kill(node: CaptureNode): Promise<void> {
    this.#nodes.delete(node.instanceId);
    await node.kill();
  }

  /** Beginning of the names of all namespaces. */
  get prefix(): string {
    return this.#fabric.prefix;
  }

  async strike(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await this.#following;
    await this.#balancer?.stop();
    for (const node of this.#nodes.values()) await node.kill();
    await this.#fabric.strike();
  }

  async #follow(): Promise<void> {
    let before = "";
    while (!this.#stopped) {
      try {
        this.#seen = await look(this.#options.aws, this.#options.scaling);
        await this.#boot();
        await this.#embody();
        await this.#mirror();
        this.#register();
        before = "";
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        if (text !== before) this.#options.trouble(text);
        before = text;
      }
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }

  async #boot(): Promise<void> {
    const members = this.#seen.machines.filter(({ group }) => group !== undefined);
    for (const [id, node] of this.#nodes) {
      if (!members.some(({ instanceId }) => instanceId === id)) await this.kill(node);
    }
    const fresh = members.filter(({ instanceId }) => !this.#booted.has(instanceId));
    for (const { instanceId } of fresh) this.#booted.add(instanceId);
    await Promise.all(fresh.map((machine) => this.#bootOne(machine)));
  }

  async #bootOne({ instanceId, address, zoneId }: Machine): Promise<void> {
    const { s3, cloudUrl, nodeSettings, logs } = this.#options;
    const userData = await this.#userData();
    const fabric = this.#fabric;
    const settings = nodeSettings;
    const node = await bootNode({
      ...{ fabric, s3, cloudUrl, instanceId, zoneId, address, userData, settings, logs },
    });
    this.#nodes.set(instanceId, node);
  }

  /** Of the only launch template that there is. */
  async #userData(): Promise<string> {
    const { LaunchTemplateVersions = [] } = await this.#options.aws.ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ Versions: ["$Latest"] }),
    );
    const [version] = LaunchTemplateVersions;
    const data = version?.LaunchTemplateData?.UserData;
    if (data === undefined) throw new Error("no launch template has user data");
    return data;
  }

  async #embody(): Promise<void> {
    if (this.#balancer === undefined) return;
    const machines = this.#seen.machines.filter(({ group }) => group === undefined);
    for (const [id, { host }] of this.#bodies) {
      if (machines.some(({ instanceId }) => instanceId === id)) continue;
      this.#bodies.delete(id);
      await this.#fabric.remove(host.name);
    }
    const endpoints = this.#seen.endpoints.map(({ address }) => address);
    for (const { instanceId, address } of machines) {
      if (this.#bodies.has(instanceId)) continue;
      const host = await this.#fabric.host(instanceId.slice(0, 10), [address], endpoints);
      this.#bodies.set(instanceId, { host, session: undefined });
    }
  }

  async #mirror(): Promise<void> {
    for (const { instanceId, interfaceId } of this.#seen.machines) {
      const body = this.#bodies.get(instanceId);
      if (body === undefined) continue;
      const session = this.#seen.sessions.get(interfaceId);
      if (JSON.stringify(body.session) === JSON.stringify(session)) continue;
      if (session === undefined) await stopMirroring(body.host);
      else await startMirroring(body.host, session);
      body.session = session;
    }
  }

  #register(): void {
    this.#balancer?.register(
      this.#seen.machines.filter(({ inService }) => inService).map(({ address }) => address),
    );
  }
}
