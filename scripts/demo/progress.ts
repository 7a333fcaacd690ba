/** What Terraform is at, in a line every few seconds: how much is done, and what the provider waits for. */
import type { TerraformLine } from "../../test/support/terraform.js";
import type { Screen } from "./screen.js";

const EVERY_MS = 10_000;
/** A wait shorter than this is work. */
const WORTH_NAMING_S = 10;

const NAMES: Readonly<Record<string, string>> = {
  aws_vpc: "VPC",
  aws_lb: "load balancer",
  aws_sqs_queue: "queue",
  aws_s3_bucket_lifecycle_configuration: "lifecycle rules of the bucket",
  aws_vpc_endpoint: "VPC endpoint",
  aws_vpc_endpoint_service: "endpoint service",
  aws_lambda_function: "function",
  aws_lambda_invocation: "sweep",
  aws_lambda_event_source_mapping: "event source mapping",
  aws_autoscaling_group: "autoscaling group",
};

interface Waiting {
  readonly name: string;
  readonly since: number;
}

export class Progress {
  readonly #screen: Screen;
  readonly #waiting = new Map<string, Waiting>();
  readonly #verb: string;
  #timer: NodeJS.Timeout | undefined;
  #total = 0;
  #done = 0;

  /** `verb`: what Terraform does to each resource, "made" or "destroyed". */
  constructor(screen: Screen, verb: string) {
    this.#screen = screen;
    this.#verb = verb;
  }

  readonly onLine = (line: TerraformLine): void => {
    if (line.type === "change_summary" && line.changes) {
      this.#total = Math.max(this.#total, line.changes.add + line.changes.change + line.changes.remove);
      return;
    }
    if (!line.hook || line.hook.action === "read") return;
    const { addr, resource_type: type } = line.hook.resource;
    if (line.type === "apply_start") {
      this.#waiting.set(addr, { name: NAMES[type] ?? type, since: performance.now() });
    }
    if (line.type === "apply_complete" || line.type === "apply_errored") {
      this.#waiting.delete(addr);
      this.#done += 1;
    }
  };

  async during(work: () => Promise<void>): Promise<void> {
    const began = performance.now();
    this.#timer = setInterval(() => {
      this.#screen.progress(this.#text());
    }, EVERY_MS);
    try {
      await work();
    } finally {
      clearInterval(this.#timer);
    }
    const seconds = Math.round((performance.now() - began) / 1000);
    this.#screen.progress(`${this.#done} resources ${this.#verb} in ${seconds} s`);
  }

  #text(): string {
    if (this.#total === 0) return "Terraform plans";
    const now = performance.now();
    const slow = [...this.#waiting.values()]
      .map(({ name, since }) => ({ name, seconds: Math.round((now - since) / 1000) }))
      .filter(({ seconds }) => seconds >= WORTH_NAMING_S)
      .sort((a, b) => b.seconds - a.seconds)
      .filter(({ name }, index, all) => all.findIndex((each) => each.name === name) === index)
      .slice(0, 3)
      .map(({ name, seconds }) => `${name} (${seconds} s)`);
    const waits = slow.length === 0 ? "" : `; the provider waits for: ${slow.join(", ")}`;
    return `${this.#done} of ${this.#total} ${this.#verb}${waits}`;
  }
}
