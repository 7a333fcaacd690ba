/**
 * The types that the parts of the local cloud share. The front (server.ts) turns an HTTP request into a
 * `Call`, asks its handlers in order, and forwards to moto what none of them answers.
 */

/** One AWS API request, decoded far enough that a handler need not look at HTTP. */
export interface Call {
  /** From the credential scope of the signature: ec2, sqs, lambda, events, autoscaling … */
  readonly service: string;
  /** `Action` of a query API, the last part of `x-amz-target`, or `METHOD /path` for REST APIs. */
  readonly action: string;
  /** Twelve digits. See `Keys` in call.ts for how it is found. */
  readonly account: string;
  readonly region: string;
  /** Who signed: the access key as sent. `roleArn` is set when the local cloud gave the key to a function or a role session. */
  readonly accessKeyId: string;
  readonly roleArn?: string;
  /** Of a role's session; a function's is the function's name. */
  readonly sessionName?: string;
  /** Set where the local cloud gave the key to a function. */
  readonly functionName?: string;
  readonly method: string;
  readonly path: string;
  /** The form fields of a query API (`Filter.1.Value.2` and the like), else empty. */
  params: Record<string, string>;
  headers: Record<string, string>;
  body: Buffer;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  /** Name of the patch or store that answered; what moto answered has none. Logged, never sent. */
  by?: string;
}

export interface BusEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: Record<string, unknown>;
  readonly resources?: readonly string[];
}

/** What a handler may use of the rest of the local cloud. */
export interface Cloud {
  /** Milliseconds since the epoch; tests may move it forward. */
  now(): number;
  /** Sends a call to moto as it is (after a handler changed it), past every handler. */
  forward(call: Call): Promise<Answer>;
  /** A call of the local cloud's own to moto, in the same account and region as `from`. */
  moto(
    from: Pick<Call, "account" | "region">,
    service: string,
    request: {
      method?: string;
      path?: string;
      params?: Record<string, string>;
      json?: unknown;
      target?: string;
    },
  ): Promise<Answer>;
  /** Puts an event of an AWS service on the account's default bus, delivered as any other. */
  emit(from: Pick<Call, "account" | "region">, event: BusEvent): Promise<void>;
  readonly switches: Switches;
}

/** An unproven fact of AWS that can be flipped while the local cloud runs. */
export interface Switch {
  readonly name: string;
  readonly description: string;
  readonly values: readonly string[];
  readonly default: string;
}

export interface Switches {
  list(): readonly (Switch & { value: string })[];
  get(name: string): string;
  set(name: string, value: string): void;
  reset(): void;
}

/** A part of the local cloud that answers some calls itself. */
export interface Handler {
  readonly name: string;
  /** undefined: the next handler answers. */
  handle(call: Call): Promise<Answer | undefined>;
  /** Forget everything. */
  reset(): void;
}

/** Stands before and behind every handler: latency, throttling, injected errors, lost responses, counts. */
export interface Interference {
  /** Runs before any handler. An answer here means that the call never reaches one (an error before the effect). */
  before(call: Call): Promise<Answer | undefined>;
  /** Runs after the effect: may replace the answer (a response lost after the write). */
  after(call: Call, answer: Answer): Promise<Answer>;
  reset(): void;
}
