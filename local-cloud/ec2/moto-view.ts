/** The instances and interfaces that moto keeps for one account and region, read whole and put right. */
import type { Cloud } from "../types.js";
import { items, parseXml, RawXml, texts, xml, type Node, type Params } from "../xml.js";
import { LONGEST_LAG } from "./timeline.js";
import type { Entry, InstanceEntry } from "./fleet/render.js";
import { fixInstance, fixInterface, isMembers, text, type ServiceInterface } from "./moto-fixes.js";

export interface View {
  readonly instances: readonly InstanceEntry[];
  readonly interfaces: readonly Entry[];
}

export interface Where {
  readonly account: string;
  readonly region: string;
}

/** After a call whose end is not seen here, milliseconds in which nothing read is kept. */
const RESTLESS = 10_000;
/** How long what was read may be used again, in milliseconds. */
const FRESH = 1_000;

export class MotoView {
  readonly kept = new Set<string>();
  readonly states = new Map<string, string>();
  readonly #sequence = new Map<string, number>();
  #services = new Map<string, ServiceInterface>();
  #mayHaveServices = false;
  #restlessUntil = Number.NEGATIVE_INFINITY;
  #underway = 0;
  #cached: { view: View; at: number } | undefined;
  #reading: { view: Promise<View>; generation: number } | undefined;
  #before: { at: number; view: View }[] = [];
  /** Goes up with each call that may have changed something. */
  generation = 0;

  constructor(
    private readonly cloud: Cloud,
    private readonly where: Where,
    private readonly nextSeq: () => number,
  ) {}

  /** To be called before a call that may change instances or interfaces goes to moto by itself. */
  async changing(action: string, lag: number): Promise<void> {
    await this.#remember(action, lag);
    this.#restlessUntil = performance.now() + RESTLESS;
    this.touched();
  }

  /** The same for a call that is sent from here, so that its end is known. */
  async during<T>(action: string, lag: number, send: () => Promise<T>): Promise<T> {
    await this.#remember(action, lag);
    this.#underway++;
    this.touched();
    try {
      return await send();
    } finally {
      this.#underway--;
      this.touched();
    }
  }

  async #remember(action: string, lag: number): Promise<void> {
    if (/NatGateway|VpcEndpoint/.test(action)) this.#mayHaveServices = true;
    if (lag > 0) this.#before.push({ at: this.cloud.now(), view: await this.now() });
  }

  /** What was read before is not true any more. */
  touched(): void {
    this.#cached = undefined;
    this.generation++;
  }

  /** True when no call that may have changed something can still be under way. */
  restful(): boolean {
    return this.#underway === 0 && performance.now() > this.#restlessUntil;
  }

  /** As it stood some time ago: before the first change after that time. */
  async ago(lag: number): Promise<View> {
    const now = this.cloud.now();
    this.#before = this.#before.filter((b) => now - b.at <= LONGEST_LAG);
    const first = lag > 0 ? this.#before.find((b) => b.at > now - lag) : undefined;
    return first?.view ?? this.now();
  }

  async now(): Promise<View> {
    const at = performance.now();
    if (this.#cached && at - this.#cached.at < FRESH) return this.#cached.view;
    if (!this.restful()) return this.#read();
    // Several that ask at once read once.
    const { generation } = this;
    if (this.#reading?.generation !== generation) {
      const reading = { generation, view: this.#read() };
      this.#reading = reading;
      void reading.view
        .catch(() => undefined)
        .finally(() => {
          if (this.#reading === reading) this.#reading = undefined;
        });
    }
    const view = await this.#reading.view;
    if (this.restful() && this.generation === generation) this.#cached = { view, at };
    return view;
  }

  async #read(): Promise<View> {
    const reservations = await this.#pages("DescribeInstances", "reservationSet");
    const interfaces = await this.#pages("DescribeNetworkInterfaces", "networkInterfaceSet");
    if (this.#mayHaveServices) this.#services = await this.#readServices();
    const known = { kept: this.kept, states: this.states, services: this.#services };
    const terminated = new Set<string>();
    const instances = reservations.flatMap((reservation) =>
      items(reservation, "instancesSet").flatMap((tree) => {
        if (!isMembers(tree)) return [];
        fixInstance(tree, known);
        if (text(tree, "instanceState", "name") === "terminated")
          terminated.add(text(tree, "instanceId") ?? "");
        return {
          ...this.#entry(tree, "instanceId"),
          reservationId: text(reservation, "reservationId") ?? "",
        };
      }),
    );
    const entries = interfaces.flatMap((tree) =>
      isMembers(tree) && fixInterface(tree, terminated, known) ? this.#entry(tree, "networkInterfaceId") : [],
    );
    return { instances, interfaces: entries };
  }

  #entry(tree: Node, idName: string): Entry {
    const id = text(tree, idName) ?? "";
    const seq = this.#sequence.get(id) ?? this.nextSeq();
    this.#sequence.set(id, seq);
    return { id, seq, tree, xml: new RawXml(xml(tree)) };
  }

  async #readServices(): Promise<Map<string, ServiceInterface>> {
    const found = new Map<string, ServiceInterface>();
    const spelling = this.cloud.switches.get("nat-gateway-spelling");
    for (const gateway of await this.#pages("DescribeNatGateways", "natGatewaySet")) {
      for (const id of texts(gateway, ["natGatewayAddressSet", "networkInterfaceId"])) {
        const description = `Interface for NAT Gateway ${text(gateway, "natGatewayId") ?? ""}`;
        found.set(id, { type: spelling, description, requesterId: "amazon-nat-gateway" });
      }
    }
    for (const endpoint of await this.#pages("DescribeVpcEndpoints", "vpcEndpointSet")) {
      for (const id of texts(endpoint, ["networkInterfaceIdSet"])) {
        const description = `VPC Endpoint Interface ${text(endpoint, "vpcEndpointId") ?? ""}`;
        found.set(id, { type: "vpc_endpoint", description, requesterId: "amazon-vpc-endpoints" });
      }
    }
    return found;
  }

  async #pages(action: string, set: string): Promise<Node[]> {
    const found: Node[] = [];
    let token: string | undefined;
    do {
      const params: Params = { Action: action, Version: "2016-11-15" };
      if (action === "DescribeInstances") params["MaxResults"] = "1000";
      if (token !== undefined && token !== "") params["NextToken"] = token;
      const answer = await this.cloud.moto(this.where, "ec2", { params });
      if (answer.status !== 200) throw new Error(`moto answered ${action} with ${answer.status}`);
      const root = parseXml(answer.body.toString());
      found.push(...items(root, `${action}Response`, set));
      token = text(root, `${action}Response`, "nextToken");
    } while (token !== undefined && token !== "");
    return found;
  }
}
