/** What functions did and wrote, kept for tests: invocations, log lines, and metrics in embedded metric format. */
import type { FunctionError } from "./worker.js";

export interface Invocation {
  readonly account: string;
  readonly region: string;
  readonly functionName: string;
  readonly requestId: string;
  readonly at: number;
  readonly trigger: "invoke" | "async" | "sqs";
  readonly payload: unknown;
  readonly value?: unknown;
  readonly error?: FunctionError;
  readonly milliseconds: number;
  /** Milliseconds the import took, where this invocation started a process. */
  readonly coldStart?: number;
}

export interface LogLine {
  readonly account: string;
  readonly region: string;
  readonly functionName: string;
  readonly at: number;
  readonly text: string;
}

export interface Metric {
  readonly functionName: string;
  readonly at: number;
  readonly namespace: string;
  readonly name: string;
  readonly unit?: string;
  readonly values: readonly number[];
  readonly dimensions: Readonly<Record<string, string>>;
}

interface Embedded {
  readonly _aws?: {
    readonly Timestamp?: number;
    readonly CloudWatchMetrics?: readonly {
      readonly Namespace: string;
      readonly Dimensions?: readonly (readonly string[])[];
      readonly Metrics?: readonly { readonly Name: string; readonly Unit?: string }[];
    }[];
  };
  readonly [key: string]: unknown;
}

/** Metrics of a log line ("Embedded metric format specification" of CloudWatch); none when it is no such line. */
export const metricsOf = (line: Pick<LogLine, "functionName" | "at" | "text">): Metric[] => {
  if (!line.text.includes('"_aws"')) return [];
  let record: Embedded;
  try {
    record = JSON.parse(line.text) as Embedded;
  } catch {
    return [];
  }
  return (record._aws?.CloudWatchMetrics ?? []).flatMap((directive) => {
    const names = new Set((directive.Dimensions ?? []).flat());
    const dimensions = Object.fromEntries([...names].map((name) => [name, String(record[name])]));
    return (directive.Metrics ?? []).map((metric) => {
      const value = record[metric.Name];
      return {
        functionName: line.functionName,
        at: record._aws?.Timestamp ?? line.at,
        namespace: directive.Namespace,
        name: metric.Name,
        ...(metric.Unit === undefined ? {} : { unit: metric.Unit }),
        values: (Array.isArray(value) ? value : [value]).map(Number),
        dimensions,
      };
    });
  });
};

const KEEP = 20_000;

export class Records {
  readonly invocations: Invocation[] = [];
  readonly lines: LogLine[] = [];
  readonly #started: number[] = [];

  invocation(record: Invocation): void {
    if (this.invocations.push(record) > KEEP) this.invocations.shift();
  }

  line(line: LogLine): void {
    if (this.lines.push(line) > KEEP) this.lines.shift();
  }

  metrics(functionName?: string): Metric[] {
    return this.lines
      .filter((line) => functionName === undefined || line.functionName === functionName)
      .flatMap(metricsOf);
  }

  /** Import times of every process started, in milliseconds. */
  get coldStarts(): readonly number[] {
    return this.#started;
  }

  coldStart(milliseconds: number): void {
    this.#started.push(milliseconds);
  }

  reset(): void {
    this.invocations.length = 0;
    this.lines.length = 0;
    this.#started.length = 0;
  }
}
