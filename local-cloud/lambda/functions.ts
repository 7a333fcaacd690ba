import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { placeOf, type Keys } from "../call.js";
import type { Call } from "../types.js";
import { LOST_KEY } from "./key-grant.js";
import type { Invocation, Records } from "./records.js";
import { Worker, type Outcome } from "./worker.js";
import { unzipTo } from "./zip.js";

type Where = Pick<Call, "account" | "region">;

/** What is sent on create and update, as far as it matters for running; absent means unchanged. */
export interface Configuration {
  readonly Handler?: string;
  readonly Role?: string;
  readonly Timeout?: number;
  readonly MemorySize?: number;
  readonly Runtime?: string;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> };
  readonly DeadLetterConfig?: { readonly TargetArn?: string };
}

export interface LambdaFunction {
  readonly where: Where;
  readonly name: string;
  readonly arn: string;
  readonly folder: string;
  readonly configuration: Configuration;
  readonly accessKeyId: string;
  /** Id of its role when it was configured: whom its key was granted to. undefined: no role of the local cloud. */
  readonly grantee: string | undefined;
  /** Workers of this code and configuration; a change of either starts anew. */
  readonly workers: Worker[];
}

export const arnOf = (where: Where, name: string): string =>
  `arn:aws:lambda:${where.region}:${where.account}:function:${name}`;

/** A function's name out of a name, a partial or a full ARN, with or without a qualifier. */
export const functionName = (given: string): string => {
  const parts = given.split(":");
  const at = parts.indexOf("function");
  return (at < 0 ? parts[0] : parts[at + 1]) ?? given;
};

/** Fewer processes than Lambda's: two cores run them all. */
const MAXIMUM_WORKERS = 10;

export interface FunctionsOptions {
  readonly folder: string;
  readonly keys: Keys;
  readonly records: Records;
  readonly endpoint: () => string;
  /** Whether its role is not the one that its key was granted to. */
  readonly lostKey: (fn: LambdaFunction) => Promise<boolean>;
}

export class Functions {
  readonly #all = new Map<string, LambdaFunction>();
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #retired = new Set<Promise<void>>();
  readonly #options: FunctionsOptions;
  #unpacked = 0;
  #running = 0;

  constructor(options: FunctionsOptions) {
    this.#options = options;
  }

  get running(): number {
    return this.#running;
  }

  get(where: Where, name: string): LambdaFunction | undefined {
    return this.#all.get(arnOf(where, name));
  }

  byArn(arn: string): LambdaFunction | undefined {
    const [, , , region = "", account = ""] = arn.split(":");
    return this.get({ account, region }, functionName(arn));
  }

  list(): readonly LambdaFunction[] {
    return [...this.#all.values()];
  }

  /** Takes new code, a new configuration, or both. Throws when the zip cannot be read. */
  put(
    where: Where,
    name: string,
    change: { zip?: Buffer; configuration?: Configuration; grantee?: string | undefined },
  ): void {
    const arn = arnOf(where, name);
    const old = this.#all.get(arn);
    const folder = change.zip === undefined ? old?.folder : this.#unpack(name, change.zip);
    if (folder === undefined) return;
    const configuration = { ...old?.configuration, ...change.configuration };
    const accessKeyId = `ASIA${randomBytes(8).toString("hex").toUpperCase()}`;
    this.#options.keys.add(accessKeyId, {
      account: where.account,
      functionName: name,
      sessionName: name,
      ...(configuration.Role === undefined ? {} : { roleArn: configuration.Role }),
    });
    if (old !== undefined) this.#retire(old);
    // Code alone changes no grant.
    const grantee = change.configuration === undefined ? old?.grantee : change.grantee;
    this.#all.set(arn, {
      ...{ where: placeOf(where), name, arn, folder, configuration, accessKeyId, grantee },
      workers: [],
    });
  }

  delete(where: Where, name: string): void {
    const found = this.get(where, name);
    if (found === undefined) return;
    this.#retire(found);
    this.#all.delete(found.arn);
  }

  #unpack(name: string, zip: Buffer): string {
    const folder = join(this.#options.folder, `${name}-${++this.#unpacked}`);
    mkdirSync(folder, { recursive: true });
    unzipTo(zip, folder);
    return folder;
  }

  /** Idle processes end at once, a busy one when it is done. */
  #retire(old: LambdaFunction): void {
    for (const worker of old.workers) {
      if (worker.idle) this.#track(worker.stop());
    }
  }

  #track(work: Promise<void>): void {
    this.#retired.add(work);
    void work.finally(() => this.#retired.delete(work));
  }

  #environment(fn: LambdaFunction): Record<string, string> {
    const { region } = fn.where;
    return {
      ...fn.configuration.Environment?.Variables,
      PATH: "/usr/local/bin:/usr/bin:/bin",
      LANG: "en_US.UTF-8",
      TZ: ":UTC",
      _HANDLER: fn.configuration.Handler ?? "index.handler",
      LAMBDA_TASK_ROOT: fn.folder,
      LAMBDA_RUNTIME_DIR: "/var/runtime",
      AWS_EXECUTION_ENV: `AWS_Lambda_${fn.configuration.Runtime ?? "nodejs22.x"}`,
      AWS_LAMBDA_FUNCTION_NAME: fn.name,
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.configuration.MemorySize ?? 128),
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: "local",
      AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: fn.accessKeyId,
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_SESSION_TOKEN: "local",
      AWS_ENDPOINT_URL: this.#options.endpoint(),
    };
  }

  async #worker(fn: LambdaFunction): Promise<Worker> {
    for (;;) {
      const alive = fn.workers.filter((worker) => !worker.ended);
      fn.workers.splice(0, fn.workers.length, ...alive);
      const idle = alive.find((worker) => worker.idle);
      if (idle !== undefined) return idle.claim();
      if (alive.length < MAXIMUM_WORKERS) {
        const worker = new Worker({
          folder: fn.folder,
          environment: this.#environment(fn),
          memory: Math.max(128, fn.configuration.MemorySize ?? 128),
          onLine: (text) =>
            this.#options.records.line({ ...fn.where, functionName: fn.name, at: Date.now(), text }),
        });
        fn.workers.push(worker);
        return worker.claim();
      }
      await new Promise<void>((resolve) => {
        this.#waiting.set(fn.arn, [...(this.#waiting.get(fn.arn) ?? []), resolve]);
      });
    }
  }

  /** Runs a function once with a JSON text, in a warm process where one is free. */
  async invoke(fn: LambdaFunction, payload: string, trigger: Invocation["trigger"]): Promise<Outcome> {
    this.#running++;
    try {
      const event: unknown = payload === "" ? {} : JSON.parse(payload);
      const lost = await this.#options.lostKey(fn);
      const worker = lost ? undefined : await this.#worker(fn);
      const outcome: Outcome = (await worker?.invoke(JSON.stringify(event), {
        timeoutSeconds: fn.configuration.Timeout ?? 3,
        functionArn: fn.arn,
      })) ?? { requestId: randomUUID(), error: LOST_KEY, lines: [], milliseconds: 0 };
      if (outcome.coldStart !== undefined) this.#options.records.coldStart(outcome.coldStart);
      this.#options.records.invocation({
        ...fn.where,
        functionName: fn.name,
        requestId: outcome.requestId,
        at: Date.now() - outcome.milliseconds,
        trigger,
        payload: event,
        ...(outcome.value === undefined ? {} : { value: JSON.parse(outcome.value) as unknown }),
        ...(outcome.error === undefined ? {} : { error: outcome.error }),
        milliseconds: outcome.milliseconds,
        ...(outcome.coldStart === undefined ? {} : { coldStart: outcome.coldStart }),
      });
      if (this.#all.get(fn.arn) !== fn && worker?.idle === true) this.#track(worker.stop());
      return outcome;
    } finally {
      this.#running--;
      const queue = this.#waiting.get(fn.arn) ?? [];
      this.#waiting.delete(fn.arn);
      for (const wake of queue) wake();
    }
  }

  /** Ends every process and forgets every function; resolves when no process is left. */
  async reset(): Promise<void> {
    const workers = this.list().flatMap((fn) => fn.workers);
    this.#all.clear();
    await Promise.all([...workers.map((worker) => worker.stop()), ...this.#retired]);
    rmSync(this.#options.folder, { recursive: true, force: true });
    mkdirSync(this.#options.folder, { recursive: true });
  }
}
