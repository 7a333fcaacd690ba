/**
 * EC2's token buckets: "Request throttling for the Amazon EC2 API" in the EC2 developer guide. Buckets are kept for
 * each account and region; the first class that a call fits is its own. Whether each mutating action has a bucket to
 * itself, as the guide says, is a switch.
 */
import type { Call, Switches } from "../types.js";
import type { BucketConfig } from "./config.js";
import { matchesAction } from "./match.js";

type Class = Omit<BucketConfig, "code" | "unfiltered"> & { unfiltered?: boolean; code?: string };

const DOCUMENTED: readonly Class[] = [
  { name: "endpoints", action: "ec2:CreateVpcEndpoint", capacity: 4, refill: 0.3, per: "action" },
  { name: "endpoints", action: "ec2:DeleteVpcEndpoints", capacity: 4, refill: 0.3, per: "action" },
  { name: "tags", action: "ec2:CreateTags", capacity: 100, refill: 10, per: "action" },
  {
    name: "unfiltered",
    action: "ec2:DescribeInstances",
    unfiltered: true,
    capacity: 50,
    refill: 10,
    per: "action",
  },
  {
    name: "unfiltered",
    action: "ec2:DescribeNetworkInterfaces",
    unfiltered: true,
    capacity: 50,
    refill: 10,
    per: "action",
  },
  { name: "describes", action: "ec2:Describe*", capacity: 100, refill: 20, per: "action" },
  { name: "describes", action: "ec2:Get*", capacity: 100, refill: 20, per: "action" },
];

const MUTATIONS: Class = { name: "mutations", action: "ec2:*", capacity: 50, refill: 5, per: "action" };

const PARAMETERS: Class = {
  name: "parameters",
  action: "ssm:PutParameter",
  capacity: 3,
  refill: 3,
  per: "action",
  code: "ThrottlingException",
};

interface Level {
  tokens: number;
  at: number;
}

const isUnfiltered = ({ params }: Call): boolean =>
  !Object.keys(params).some((k) =>
    /^(Filter\.|MaxResults$|NextToken$|InstanceId\.|NetworkInterfaceId\.)/.test(k),
  );

export class Buckets {
  readonly #levels = new Map<string, Level>();

  constructor(
    private readonly now: () => number,
    private readonly switches: Pick<Switches, "get">,
  ) {}

  reset(): void {
    this.#levels.clear();
  }

  #classes(throttling: "off" | "documented" | readonly BucketConfig[]): readonly Class[] {
    const parameters = this.switches.get("parameter-writes") === "three-a-second" ? [PARAMETERS] : [];
    if (throttling === "off") return parameters;
    if (throttling !== "documented") return [...parameters, ...throttling];
    const shared = this.switches.get("mutation-buckets") === "shared";
    return [...parameters, ...DOCUMENTED, shared ? { ...MUTATIONS, per: "class" } : MUTATIONS];
  }

  /** Takes a token; the error code when there is none. */
  take(call: Call, throttling: "off" | "documented" | readonly BucketConfig[]): string | undefined {
    const found = this.#classes(throttling).find(
      (c) => matchesAction(c.action, call) && (!c.unfiltered || isUnfiltered(call)),
    );
    if (!found) return undefined;
    const subject = found.per === "class" ? found.name : `${found.name}/${call.action}`;
    const key = `${call.account}/${call.region}/${call.service}/${subject}`;
    const now = this.now();
    const before = this.#levels.get(key) ?? { tokens: found.capacity, at: now };
    const refilled = before.tokens + (Math.max(0, now - before.at) / 1000) * found.refill;
    const tokens = Math.min(found.capacity, refilled);
    const taken = tokens >= 1;
    this.#levels.set(key, { tokens: taken ? tokens - 1 : tokens, at: now });
    return taken ? undefined : (found.code ?? "RequestLimitExceeded");
  }
}
