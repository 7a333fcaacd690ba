import { jsonBody } from "../answers.js";
import type { Cloud } from "../types.js";
import type { Functions, LambdaFunction } from "./functions.js";

export interface InvokeLimits {
  readonly retries?: number;
  readonly maximumAgeSeconds?: number;
}

interface InvokeConfig {
  readonly MaximumRetryAttempts?: number;
  readonly MaximumEventAgeInSeconds?: number;
  readonly DestinationConfig?: { readonly OnFailure?: { readonly Destination?: string } };
}

/**
 * Asynchronous invocation ("Invoking a Lambda function asynchronously"): two retries unless configured
 * otherwise, then the dead-letter queue or the failure destination. Lambda waits one and two minutes
 * between tries; here the waits are `retryDelays` milliseconds.
 */
export class AsyncQueue {
  readonly #cloud: Pick<Cloud, "moto">;
  readonly #functions: Functions;
  #waiting = 0;
  #generation = 0;
  retryDelays: readonly number[] = [1000, 2000];

  constructor(cloud: Pick<Cloud, "moto">, functions: Functions) {
    this.#cloud = cloud;
    this.#functions = functions;
  }

  /** Events accepted and not yet done with. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Returns at once; the function runs after. */
  put(fn: LambdaFunction, payload: string, limits: InvokeLimits = {}): void {
    this.#waiting++;
    void this.#run(fn, payload, limits)
      .catch(() => undefined)
      .finally(() => this.#waiting--);
  }

  async #config(fn: LambdaFunction): Promise<InvokeConfig> {
    const answer = await this.#cloud.moto(fn.where, "lambda", {
      path: `/2019-09-25/functions/${fn.name}/event-invoke-config`,
    });
    return answer.status === 200 ? jsonBody<InvokeConfig>(answer) : {};
  }

  async #run(fn: LambdaFunction, payload: string, limits: InvokeLimits): Promise<void> {
    const generation = this.#generation;
    const accepted = Date.now();
    const config = await this.#config(fn);
    const retries = Math.min(config.MaximumRetryAttempts ?? 2, limits.retries ?? 2);
    const age =
      Math.min(config.MaximumEventAgeInSeconds ?? 21_600, limits.maximumAgeSeconds ?? 21_600) * 1000;
    for (let tries = 0; ; tries++) {
      const current = this.#functions.byArn(fn.arn);
      if (current === undefined || generation !== this.#generation) return;
      const outcome = await this.#functions.invoke(current, payload, "async");
      if (outcome.error === undefined) return;
      if (tries >= retries || Date.now() - accepted > age) {
        const target =
          config.DestinationConfig?.OnFailure?.Destination ??
          current.configuration.DeadLetterConfig?.TargetArn;
        if (target !== undefined) await this.#send(target, payload);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, this.#delay(tries)).unref());
    }
  }

  #delay(tries: number): number {
    return this.retryDelays[Math.min(tries, this.retryDelays.length - 1)] ?? 0;
  }

  async #send(arn: string, body: string): Promise<void> {
    const [, , service, region = "", account = "", name = ""] = arn.split(":");
    if (service !== "sqs") return;
    await this.#cloud.moto({ account, region }, "sqs", {
      target: "AmazonSQS.SendMessage",
      json: { QueueUrl: `http://127.0.0.1/${account}/${name}`, MessageBody: body },
    });
  }

  reset(): void {
    this.#generation++;
  }
}
