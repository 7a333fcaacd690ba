/** What cases and probes stand on: the deployment, the clients, and ways to make something that is tagged and written down. */
import {
  CreateNetworkInterfaceCommand,
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorSessionCommand,
  DescribeInstancesCommand,
  DescribeTrafficMirrorSessionsCommand,
  RunInstancesCommand,
  type _InstanceType,
  type Instance,
  type ResourceType,
  type TrafficMirrorSession,
} from "@aws-sdk/client-ec2";
import type { Clients } from "./clients.js";
import type { Kind, Log } from "./journal.js";
import type { Extras } from "./options.js";
import type { Outputs } from "./outputs.js";
import { Published } from "./published.js";
import { tagged } from "./tags.js";
import type { Deployment } from "./terraform.js";
import { undo } from "./undo.js";
import { until, type Clock } from "./until.js";

export interface Launched {
  readonly instanceId: string;
  readonly interfaceId: string;
}

export interface Second {
  readonly clients: Clients;
  readonly account: string;
  readonly log: Log;
}

export interface StageOptions {
  readonly clients: Clients;
  readonly run: string;
  readonly cloud: "aws" | "local";
  readonly account: string;
  readonly journal: Log;
  readonly clock: Clock;
  readonly extras: Extras;
  /** The second account, where one was given. */
  readonly second?: Second;
  readonly outputs: Outputs;
  readonly terraform: Deployment;
  readonly say: (line: string) => void;
}

export class Stage {
  readonly clients: Clients;
  readonly run: string;
  readonly cloud: "aws" | "local";
  readonly account: string;
  readonly extras: Extras;
  readonly second: Second | undefined;
  readonly say: (line: string) => void;
  readonly clock: Clock;
  readonly published: Published;
  readonly terraform: Deployment;
  outputs: Outputs;
  readonly #journal: Log;
  readonly #options: StageOptions;
  readonly #shared = new Map<string, Promise<unknown>>();

  constructor(options: StageOptions) {
    this.clients = options.clients;
    this.run = options.run;
    this.cloud = options.cloud;
    this.account = options.account;
    this.extras = options.extras;
    this.second = options.second;
    this.say = options.say;
    this.clock = options.clock;
    this.outputs = options.outputs;
    this.terraform = options.terraform;
    this.published = new Published(options.clients, options.outputs.seen_queue_url);
    this.#journal = options.journal;
    this.#options = options;
  }

  /** The zone that has an endpoint from the beginning. */
  get subnet(): string {
    return this.outputs.source_subnets[this.outputs.zone_ids[0] ?? ""] ?? "";
  }

  /** Of the zone that gets its endpoint at the end of the run. */
  get emptySubnet(): string {
    return this.outputs.source_subnets[this.outputs.zone_ids[1] ?? ""] ?? "";
  }

  get target(): string {
    return this.outputs.vpcs.client.targets[this.outputs.zone_ids[0] ?? ""]?.target_id ?? "";
  }

  tags(type: ResourceType, more?: Readonly<Record<string, string>>) {
    return tagged(this.run, type, more);
  }

  /** Seconds to wait for what the local cloud may not have at all. */
  patience(seconds: number): number {
    return this.cloud === "aws" ? seconds : Math.min(seconds, 5);
  }

  until<T>(what: string, seconds: number, ask: () => Promise<T>, done: (answer: T) => boolean) {
    return until(this.clock, what, seconds, ask, done);
  }

  /** Writes down what was made; for what has a name of ours, before it is made. */
  made(kind: Kind, id: string): string {
    this.#journal.made(kind, id);
    return id;
  }

  /** Takes away what was made; what cannot go now stays in the journal for the clean-up. */
  async undo(kind: Kind, id: string): Promise<void> {
    await undo(this.clients, kind, id);
    this.#journal.gone(kind, id);
  }

  /** Something that several probes use, made when the first asks for it. */
  shared<T>(name: string, make: () => Promise<T>): Promise<T> {
    const there = this.#shared.get(name) ?? make();
    this.#shared.set(name, there);
    return there as Promise<T>;
  }

  async launch(
    type = "t3.nano",
    tags: Readonly<Record<string, string>> = {},
    userData?: string,
  ): Promise<Launched> {
    const { Instances = [] } = await this.clients.ec2.send(
      new RunInstancesCommand({
        ImageId: this.outputs.image,
        InstanceType: type as _InstanceType,
        MinCount: 1,
        MaxCount: 1,
        SubnetId: this.subnet,
        SecurityGroupIds: [this.outputs.security_group_id],
        ...(userData === undefined ? {} : { UserData: Buffer.from(userData).toString("base64") }),
        TagSpecifications: [...this.tags("instance", tags), ...this.tags("volume")],
      }),
    );
    const [instance] = Instances;
    const instanceId = this.made("instance", instance?.InstanceId ?? "");
    return { instanceId, interfaceId: instance?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "" };
  }

  /** A running instance that no rule of the controller selects. */
  unselected(): Promise<Launched> {
    return this.shared("unselected", async () => {
      const launched = await this.launch();
      await this.inState(launched.instanceId, "running");
      return launched;
    });
  }

  async instance(id: string): Promise<Instance | undefined> {
    const { Reservations = [] } = await this.clients.ec2.send(
      new DescribeInstancesCommand({ InstanceIds: [id] }),
    );
    return Reservations[0]?.Instances?.[0];
  }

  async inState(id: string, state: string): Promise<void> {
    await this.until(
      `${id} to be ${state}`,
      300,
      () => this.instance(id),
      (each) => each?.State?.Name === state,
    );
  }

  filter(): Promise<string> {
    return this.shared("filter", () => this.newFilter());
  }

  async newFilter(): Promise<string> {
    const { TrafficMirrorFilter: made } = await this.clients.ec2.send(
      new CreateTrafficMirrorFilterCommand({ TagSpecifications: this.tags("traffic-mirror-filter") }),
    );
    return this.made("filter", made?.TrafficMirrorFilterId ?? "");
  }

  /** A session of nobody's rule, on the deployment's target. `number`: high, so that no session of the controller's waits. */
  async session(interfaceId: string, number = 1000, token?: string): Promise<string> {
    const { TrafficMirrorSession: made } = await this.clients.ec2.send(
      new CreateTrafficMirrorSessionCommand({
        NetworkInterfaceId: interfaceId,
        TrafficMirrorTargetId: this.target,
        TrafficMirrorFilterId: await this.filter(),
        SessionNumber: number,
        Description: this.run,
        ...(token === undefined ? {} : { ClientToken: token }),
        TagSpecifications: this.tags("traffic-mirror-session"),
      }),
    );
    return this.made("session", made?.TrafficMirrorSessionId ?? "");
  }

  async sessionsOn(interfaceId: string): Promise<readonly TrafficMirrorSession[]> {
    const { TrafficMirrorSessions = [] } = await this.clients.ec2.send(
      new DescribeTrafficMirrorSessionsCommand({
        Filters: [{ Name: "network-interface-id", Values: [interfaceId] }],
      }),
    );
    return TrafficMirrorSessions;
  }

  async interface(): Promise<string> {
    const { NetworkInterface: made } = await this.clients.ec2.send(
      new CreateNetworkInterfaceCommand({
        SubnetId: this.subnet,
        TagSpecifications: this.tags("network-interface"),
      }),
    );
    return this.made("interface", made?.NetworkInterfaceId ?? "");
  }

  /** The same run in its second account, with what is there in place of the deployment's. */
  elsewhere({ clients, account, log }: Second, outputs: Outputs): Stage {
    return new Stage({ ...this.#options, clients, account, journal: log, outputs });
  }
}
