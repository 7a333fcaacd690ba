import { jsonBody, serviceError, withJson } from "../answers.js";
import type { Answer, Call, Cloud } from "../types.js";
import type { Iam } from "../iam/index.js";
import { functionName, type Functions } from "./functions.js";
import { Poller, type Mapping } from "./mappings.js";
import { Visibility } from "./visibility.js";

const PATH = /^\/2015-03-31\/event-source-mappings(?:\/([^/?]+))?\/?(?:\?.*)?$/;
/** What moto loses of a mapping and this table gives back. */
const ECHOED = [
  "BatchSize",
  "MaximumBatchingWindowInSeconds",
  "FunctionResponseTypes",
  "ScalingConfig",
  "FilterCriteria",
  "MetricsConfig",
] as const;

/** What a queue's reader must be allowed ("Using Lambda with Amazon SQS", execution role permissions). */
const NEEDED = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];

type Fields = Record<string, unknown>;
interface Entry {
  enabled: boolean;
  fields: Fields;
  poller?: Poller;
}

/**
 * Event source mappings. An enabled one makes moto feed a function of its own and delete the message, so
 * inside moto every mapping is disabled, and here it is what was asked for.
 */
export class MappingTable {
  readonly #all = new Map<string, Entry>();
  readonly #cloud: Pick<Cloud, "moto" | "forward">;
  readonly #functions: Functions;
  /** Asked whether a function's role may read the queue; set by whoever wires the parts. */
  permits: Pick<Iam, "enabled" | "missing"> | undefined;
  /** What functions did about the visibility of their messages. */
  readonly visibility: Visibility;
  /** Seconds until a failed message is tried again; undefined: the queue's visibility timeout, as in AWS. A function that has set one itself is asked first. */
  retryAfter: number | undefined;

  constructor(cloud: Pick<Cloud, "moto" | "forward" | "now">, functions: Functions) {
    this.#cloud = cloud;
    this.visibility = new Visibility(cloud, (queue) => this.wake(queue));
    this.#functions = functions;
  }

  get pollers(): readonly Poller[] {
    return [...this.#all.values()].flatMap(({ poller }) => (poller === undefined ? [] : [poller]));
  }

  /** Polls the mappings of the queue with this URL or ARN. */
  wake(queue: string): void {
    const [name = "", account = ""] = queue.split(/[/:]/).reverse();
    for (const poller of this.pollers) {
      if (poller.mapping.EventSourceArn.endsWith(`:${account}:${name}`)) poller.wake();
    }
  }

  async handle(call: Call): Promise<Answer | undefined> {
    const found = PATH.exec(call.path);
    if (found === null) return undefined;
    const id = found[1];
    const request = jsonBody(call);
    const writes = call.method === "POST" || call.method === "PUT";
    if (writes) call.body = Buffer.from(JSON.stringify({ ...request, Enabled: false }));
    const refused = call.method === "POST" ? await this.#refusal(call, request) : undefined;
    if (refused !== undefined) return refused;
    const answer = await this.#cloud.forward(call);
    if (answer.status >= 300) return answer;
    const body = jsonBody<{ UUID: string; EventSourceMappings: Fields[] }>(answer);
    if (writes && body.UUID !== undefined) this.#put(body.UUID, request, body);
    if (call.method === "DELETE" && id !== undefined) this.#delete(id);
    if (Array.isArray(body.EventSourceMappings)) {
      const mappings = body.EventSourceMappings.map((mapping) => this.#shown(mapping));
      return withJson(answer, { ...body, EventSourceMappings: mappings });
    }
    return withJson(answer, call.method === "DELETE" ? body : this.#shown(body));
  }

  /** Lambda checks on creation that the function's role may read the queue. */
  async #refusal(call: Call, request: Fields): Promise<Answer | undefined> {
    const fn = this.#functions.get(call, functionName(String(request["FunctionName"])));
    const role = fn?.configuration.Role;
    const queue = String(request["EventSourceArn"]);
    if (role === undefined || this.permits?.enabled !== true || queue.split(":")[2] !== "sqs")
      return undefined;
    const missing = await this.permits.missing(
      role,
      NEEDED.map((action) => ({
        action,
        resource: queue,
        context: { "aws:RequestedRegion": call.region, "aws:SecureTransport": "true" },
      })),
    );
    if (missing === undefined) return undefined;
    const what = missing.action.split(":")[1] ?? "";
    return serviceError(
      call,
      "InvalidParameterValueException",
      `The provided execution role does not have permissions to call ${what} on SQS`,
    );
  }

  #put(id: string, request: Fields, answered: Fields): void {
    const old = this.#all.get(id);
    old?.poller?.stop();
    const fields: Fields = { ...old?.fields };
    for (const name of ECHOED) {
      if (request[name] === null) delete fields[name];
      else if (request[name] !== undefined) fields[name] = request[name];
    }
    const enabled = typeof request["Enabled"] === "boolean" ? request["Enabled"] : (old?.enabled ?? true);
    const entry: Entry = { enabled, fields };
    this.#all.set(id, entry);
    const mapping = { ...answered, ...fields } as unknown as Mapping;
    if (enabled && mapping.EventSourceArn.split(":")[2] === "sqs") {
      entry.poller = new Poller(this.#cloud, this.#functions, mapping, (handle) =>
        this.visibility.has(handle) ? undefined : this.retryAfter,
      );
    }
  }

  #delete(id: string): void {
    this.#all.get(id)?.poller?.stop();
    this.#all.delete(id);
  }

  #shown(mapping: Fields): Fields {
    const entry = this.#all.get(String(mapping["UUID"]));
    if (entry === undefined) return mapping;
    return { ...mapping, ...entry.fields, State: entry.enabled ? "Enabled" : "Disabled" };
  }

  reset(): void {
    for (const poller of this.pollers) poller.stop();
    this.#all.clear();
    this.retryAfter = undefined;
    this.visibility.reset();
  }
}
