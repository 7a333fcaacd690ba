/**
 * Facts of AWS that could not be verified without an account, each as a switch with its possible values. The first
 * value is the default: what the documents or public code suggest. The tests pass with each switch either way. The
 * guides that leave them open: "Traffic Mirroring: how it works / quotas / considerations" of the VPC guide and the
 * EC2 API reference's error codes.
 */
import type { Switch, Switches } from "./types.js";

export const SWITCHES = [
  {
    name: "session-number-taken-code",
    description: "Error code when an interface already has a session with the number asked for.",
    values: ["InvalidParameterValue", "TrafficMirrorSessionNumberAlreadyInUse"],
  },
  {
    name: "not-found-codes",
    description: "How a missing session, filter, rule or target is named in the error code.",
    values: ["invalid-id", "older"],
  },
  {
    name: "gone-under-tag-condition",
    description:
      "The error that a role gets that may touch a session, filter, target or endpoint by its tag alone, or an interface by its VPC, once that is gone: that it does not exist, or that the role is not authorized.",
    values: ["not-found", "unauthorized"],
  },
  {
    name: "mutation-buckets",
    description: "Whether each mutating EC2 action has a token bucket of its own or all share one.",
    values: ["per-action", "shared"],
  },
  {
    name: "fargate-interfaces",
    description: "Whether the interface of a Fargate task can be a source.",
    values: ["refused", "accepted"],
  },
  {
    name: "load-balancer-interfaces",
    description: "Whether the interface of an application or classic load balancer can be a source.",
    values: ["refused", "accepted"],
  },
  {
    name: "token-after-delete",
    description:
      "A create repeated with its client token after the session was deleted: a new session, or the old answer.",
    values: ["creates", "answers-old"],
  },
  {
    name: "endpoints-per-zone",
    description: "Whether a VPC may have several endpoints of one Gateway Load Balancer service in one zone.",
    values: ["many", "one"],
  },
  {
    name: "unattached-interface",
    description: "Whether a session can be created on an interface that is attached to no instance.",
    values: ["refused", "accepted"],
  },
  {
    name: "pending-instance",
    description: "Whether a session can be created while the instance is still pending.",
    values: ["accepted", "refused"],
  },
  {
    name: "stopped-instance",
    description: "Whether a session can be created while the instance is stopped.",
    values: ["accepted", "refused"],
  },
  {
    name: "traffic-mirror-tag-filters",
    description:
      "Whether the Traffic Mirroring describes take the tag filters that their references do not list.",
    values: ["refused", "accepted"],
  },
  {
    name: "filter-rule-quota",
    description: "Whether the ten rules of a filter are counted for each direction or together.",
    values: ["together", "per-direction"],
  },
  {
    name: "endpoint-availability",
    description:
      "Whether a new Gateway Load Balancer endpoint is available at once or pending for two seconds.",
    values: ["at-once", "pending"],
  },
  {
    name: "endpoint-behind-target",
    description: "Whether a Gateway Load Balancer endpoint can be deleted while a mirror target names it.",
    values: ["deletable", "kept"],
  },
  {
    name: "target-before-acceptance",
    description:
      "Whether a mirror target can be made of an endpoint that waits for its service's acceptance.",
    values: ["refused", "accepted"],
  },
  {
    name: "role-made-anew",
    description:
      "Whether a function whose role was deleted and made anew under its name can still decrypt its environment, before its configuration is updated.",
    values: ["loses-key", "keeps-key"],
  },
  {
    name: "nat-gateway-spelling",
    description: "How the interface type of a NAT gateway is written in answers.",
    values: ["nat_gateway", "natGateway"],
  },
  {
    name: "abandoned-launch-status",
    description: "Status of the scaling activity of a launch that a lifecycle hook abandoned.",
    values: ["Cancelled", "Failed"],
  },
  {
    name: "tags-of-others",
    description:
      "Whether an account sees the tags of shared mirror targets, and of the sessions that others made on its own.",
    values: ["hidden", "shown"],
  },
  {
    name: "parameter-writes",
    description: "Whether SSM throttles writes of parameters at three a second.",
    values: ["unlimited", "three-a-second"],
  },
] as const satisfies readonly Omit<Switch, "default">[];

export type SwitchName = (typeof SWITCHES)[number]["name"];

/** Every switch at its default, which is the first of its values. */
export function createSwitches(definitions: readonly Omit<Switch, "default">[] = SWITCHES): Switches {
  const values = new Map<string, string>();
  const known = new Map(definitions.map((d) => [d.name, { ...d, default: d.values[0] ?? "" }]));
  const find = (name: string): Switch => {
    const found = known.get(name);
    if (!found) throw new Error(`there is no switch "${name}"; known: ${[...known.keys()].join(", ")}`);
    return found;
  };
  return {
    list: () => [...known.values()].map((d) => ({ ...d, value: values.get(d.name) ?? d.default })),
    get: (name) => values.get(name) ?? find(name).default,
    set: (name, value) => {
      const { values: allowed } = find(name);
      if (!allowed.includes(value)) {
        throw new Error(`switch "${name}" takes ${allowed.join(" or ")}, not "${value}"`);
      }
      values.set(name, value);
    },
    reset: () => {
      values.clear();
    },
  };
}
