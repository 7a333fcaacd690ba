import { DEFAULT_ACCOUNT, DEFAULT_REGION } from "./call.js";
import type { FleetCommand } from "./ec2/control.js";
import type { Undelivered } from "./events/deliver.js";
import type { Stranded } from "./events/hooks.js";
import type { Denial, Use } from "./iam/index.js";
import type { ConsistencyInput } from "./interference/config.js";
import type { CountsReport } from "./interference/counts.js";
import type { Invocation, LogLine, Metric } from "./lambda/records.js";
import type { VisibilityChange } from "./lambda/visibility.js";
import type { LifecycleCall } from "./patches/autoscaling-actions.js";
import type { Gap } from "./pipeline.js";
import type { Refusal } from "./requests/index.js";
import type { BusEvent, Switch } from "./types.js";

/** Typed access to the control API of a local cloud, in this process or in another. */
export class LocalCloudClient {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** Environment for Terraform, the AWS CLI and SDKs that makes them use this cloud as the given account. */
  env(account: string = DEFAULT_ACCOUNT, region: string = DEFAULT_REGION): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.url,
      AWS_ACCESS_KEY_ID: account,
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_EC2_METADATA_DISABLED: "true",
    };
  }

  async #ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}/_local/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const value = (await response.json()) as T & { error?: string };
    if (!response.ok) throw new Error(`${method} ${path}: ${value.error ?? response.status}`);
    return value;
  }

  health(): Promise<{ ok: true; moto: { pid: number } }> {
    return this.#ask("GET", "health");
  }

  /** Forgets every resource, setting and record, in moto as well. */
  async reset(): Promise<void> {
    await this.#ask("POST", "reset");
  }

  switches(): Promise<readonly (Switch & { value: string })[]> {
    return this.#ask("GET", "switches");
  }

  async setSwitches(values: Readonly<Record<string, string>>): Promise<void> {
    await this.#ask("POST", "switches", values);
  }

  /** Latency, throttling, injected errors, stale reads: see interference/. */
  async interfere(config: unknown): Promise<void> {
    await this.#ask("POST", "interference", config);
  }

  /** Synthetic instances and interfaces, held in memory: the commands of ec2/index.ts. */
  fleet<T = unknown>(command: FleetCommand): Promise<T> {
    return this.#ask("POST", "fleet", command);
  }

  /** Settings of the EC2 side, such as quotas. */
  async ec2(settings: unknown): Promise<void> {
    await this.#ask("POST", "ec2", settings);
  }

  counts(): Promise<CountsReport> {
    return this.#ask("GET", "counts");
  }

  async resetCounts(): Promise<void> {
    await this.#ask("DELETE", "counts");
  }

  /** What moto could not do. A suite fails when this is not empty. */
  gaps(): Promise<readonly Gap[]> {
    return this.#ask("GET", "gaps");
  }

  /** Calls that AWS's models of its operations do not allow. A suite fails when there is one it did not provoke. */
  refused(): Promise<readonly Refusal[]> {
    return this.#ask("GET", "refused");
  }

  /** Lifecycle actions of Auto Scaling that were completed or prolonged, oldest first. */
  lifecycle(): Promise<readonly LifecycleCall[]> {
    return this.#ask("GET", "lifecycle");
  }

  async invocations(functionName?: string): Promise<readonly Invocation[]> {
    const answer = await this.#ask<{ invocations: Invocation[] }>("GET", `invocations${of(functionName)}`);
    return answer.invocations;
  }

  /** Import times of the functions' processes, in milliseconds. */
  async coldStarts(): Promise<readonly number[]> {
    return (await this.#ask<{ coldStarts: number[] }>("GET", "invocations")).coldStarts;
  }

  logs(functionName?: string): Promise<readonly LogLine[]> {
    return this.#ask("GET", `logs${of(functionName)}`);
  }

  /** What functions wrote in CloudWatch's embedded metric format. */
  metrics(functionName?: string): Promise<readonly Metric[]> {
    return this.#ask("GET", `metrics${of(functionName)}`);
  }

  /** Forgets invocations, log lines and metrics. */
  async clearRecords(): Promise<void> {
    await this.#ask("DELETE", "records");
  }

  /** Calls of functions that their roles did not permit. A suite fails when there is one it did not provoke. */
  denials(): Promise<readonly Denial[]> {
    return this.#ask("GET", "denials");
  }

  /** What sessions of roles (not functions) needed for their calls so far. */
  uses(): Promise<readonly Use[]> {
    return this.#ask("GET", "uses");
  }

  /** Forgets the denials so far, which a test has provoked. */
  async forgive(): Promise<void> {
    await this.#ask("DELETE", "denials");
  }

  schedules(): Promise<readonly { account: string; region: string; name: string; expression: string }[]> {
    return this.#ask("GET", "schedules");
  }

  /** Pauses or resumes the timers of schedules, or multiplies their periods by `scale`. */
  async setSchedules(settings: { paused?: boolean; scale?: number }): Promise<void> {
    await this.#ask("POST", "schedules", settings);
  }

  /** Fires a schedule now. False when there is no enabled one of that name. */
  async fireSchedule(name: string, account?: string): Promise<boolean> {
    return (await this.#ask<{ fired: boolean }>("POST", "schedules/fire", { name, account })).fired;
  }

  /** Puts an event of an AWS service on an account's default bus. */
  async emit(event: BusEvent, where: { account?: string; region?: string } = {}): Promise<void> {
    await this.#ask("POST", "events", { ...where, event });
  }

  /** Events that a target refused for good and no dead-letter queue took. */
  undelivered(): Promise<readonly Undelivered[]> {
    return this.#ask("GET", "undelivered");
  }

  /** Instances whose agents could not reach Auto Scaling: nodes that would never become healthy. */
  stranded(): Promise<readonly Stranded[]> {
    return this.#ask("GET", "stranded");
  }

  /** For how long messages were hidden by ChangeMessageVisibility, oldest first. */
  visibility(): Promise<readonly VisibilityChange[]> {
    return this.#ask("GET", "visibility");
  }

  /**
   * `instanceEvents`: whether instances put events on the bus by themselves: state changes, results of Auto
   * Scaling, changes of tags, calls (default true).
   * `trail`: whether there is a CloudTrail trail, so that calls are among them (default true).
   * `trailMilliseconds`: time from a call to its CloudTrail record (default 0; AWS takes seconds to minutes).
   * `settleMilliseconds`: time between `pending` and `running` and the like (default 100).
   * `retryAfterSeconds`: when a failed message of a mapping is tried again; null: the queue's visibility timeout.
   *   Where a function changes the visibility of its message itself, that counts.
   * `visibilityScale`: multiplies the time for which messages are hidden by ChangeMessageVisibility (default 1).
   * `asyncRetryDelays`: milliseconds between the tries of an asynchronous invocation (default 1000, 2000).
   * `iam`: whether functions and sessions of roles may do only what their roles permit (default true).
   * `heartbeatScale`: multiplies the time that lifecycle hooks wait (default 1).
   * `agents`: whether instances that reach Auto Scaling complete launching hooks named `…-launch` by themselves, as an
   *   agent on them would (default true).
   * `permissionDelay`: milliseconds until a change of policies is seen (default 0).
   * `consistency`: every describe shows what was at some time within so many `milliseconds` (default 0), drawn from `seed`;
   *   `callers`: for `all`, for `roles` or for `functions` alone.
   * `idleAwaits`: `idle` waits for messages that their function has hidden where they come back within so many
   *   milliseconds (default 0: for none).
   * `clockOffset`: milliseconds added to the clock.
   */
  async settings(settings: {
    instanceEvents?: boolean;
    trail?: boolean;
    trailMilliseconds?: number;
    settleMilliseconds?: number;
    retryAfterSeconds?: number | null;
    visibilityScale?: number;
    asyncRetryDelays?: readonly number[];
    iam?: boolean;
    heartbeatScale?: number;
    agents?: boolean;
    permissionDelay?: number;
    clockOffset?: number;
    consistency?: ConsistencyInput;
    idleAwaits?: number;
  }): Promise<void> {
    await this.#ask("POST", "settings", settings);
  }

  /** All that has been so far is in every list from now on, as if the seconds of `consistency` had passed. */
  async settle(): Promise<void> {
    await this.#ask("POST", "settle");
  }

  /** Waits until no event, message or invocation is under way. Throws when that takes longer. */
  async idle(timeoutMilliseconds = 180_000): Promise<void> {
    const answer = await this.#ask<{ idle: boolean; activity?: unknown }>(
      "GET",
      `idle?timeout_ms=${timeoutMilliseconds}`,
    );
    if (!answer.idle) {
      throw new Error(`still busy after ${timeoutMilliseconds} ms: ${JSON.stringify(answer.activity)}`);
    }
  }
}

const of = (functionName?: string): string =>
  functionName === undefined ? "" : `?function=${encodeURIComponent(functionName)}`;
