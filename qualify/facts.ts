/**
 * Every fact that only an account can settle. The switches of the local cloud are among them, each once
 * (test/contract/qualification.test.ts); the others are measures, or need packets. How each is asked is in the file of
 * its name below probes/.
 */
import type { Fact } from "./model.js";

export const FACTS = [
  {
    id: "session-number-taken",
    question: "Which error code gets a create whose session number the interface has already?",
    switch: "session-number-taken-code",
    meanwhile: "after a refusal that they do not know, the functions look again",
  },
  {
    id: "not-found-codes",
    question: "How do error codes name a session that is gone?",
    switch: "not-found-codes",
    meanwhile: "both spellings are known",
  },
  {
    id: "gone-under-tag-condition",
    question: "What is a role told that may delete sessions by their tag, of one that is gone?",
    switch: "gone-under-tag-condition",
    meanwhile: "both answers lead to another look",
  },
  {
    id: "mutation-buckets",
    question: "Has each mutating EC2 action a token bucket of its own?",
    switch: "mutation-buckets",
    meanwhile: "the functions' paces together stay below one bucket",
  },
  {
    id: "mutation-rate",
    question: "How many mutations go through at once, and how many a second from then on?",
    unit: "calls at once, and a second",
    meanwhile: "the documented 50 and 5; less is felt for",
  },
  {
    id: "parameter-writes",
    question: "Does SSM throttle writes of parameters at a few a second?",
    switch: "parameter-writes",
    meanwhile: "no run writes more than a few",
  },
  {
    id: "pending-instance",
    question: "Can the interface of a pending instance be mirrored?",
    switch: "pending-instance",
    meanwhile: "refused ones are tried again when the instance runs",
  },
  {
    id: "stopped-instance",
    question: "Can the interface of a stopped instance be mirrored?",
    switch: "stopped-instance",
    meanwhile: "left out unless the input `stopped_instances` says otherwise",
  },
  {
    id: "unattached-interface",
    question: "Can an interface be mirrored that is attached to nothing?",
    switch: "unattached-interface",
    meanwhile: "left out",
  },
  {
    id: "refused-type",
    question: "Which error code gets an instance type that cannot be mirrored?",
    unit: "error code",
    meanwhile: "any lasting refusal is remembered by type",
  },
  {
    id: "fargate-interfaces",
    question: "Can the interface of a Fargate task be mirrored?",
    switch: "fargate-interfaces",
    needs: "Fargate task",
    meanwhile: "off by default",
  },
  {
    id: "load-balancer-interfaces",
    question: "Can the interface of an Application Load Balancer be mirrored?",
    switch: "load-balancer-interfaces",
    meanwhile: "left out",
  },
  {
    id: "token-after-delete",
    question: "What does a create get that repeats the client token of a deleted session?",
    switch: "token-after-delete",
    meanwhile: "every create has a token of its own, or one that ends",
  },
  {
    id: "traffic-mirror-tag-filters",
    question: "Do the Traffic Mirroring describes take filters by tag?",
    switch: "traffic-mirror-tag-filters",
    meanwhile: "none is sent",
  },
  {
    id: "filter-rule-quota",
    question: "Do the ten rules of a filter count for each direction or together?",
    switch: "filter-rule-quota",
    meanwhile: "no more than ten together are asked for",
  },
  {
    id: "nat-gateway-spelling",
    question: "How is the interface type of a NAT gateway spelt?",
    switch: "nat-gateway-spelling",
    meanwhile: "only `interface` is mirrored, so neither is",
  },
  {
    id: "endpoints-per-zone",
    question: "May a VPC have several endpoints of one Gateway Load Balancer service in a zone?",
    switch: "endpoints-per-zone",
    meanwhile: "a change of subnet works with either",
  },
  {
    id: "endpoint-availability",
    question: "Is a new endpoint available at once?",
    switch: "endpoint-availability",
    meanwhile: "sessions wait until it is",
  },
  {
    id: "endpoint-behind-target",
    question: "Can an endpoint be deleted while a mirror target names it?",
    switch: "endpoint-behind-target",
    meanwhile: "the target goes first",
  },
  {
    id: "target-before-acceptance",
    question: "Can an endpoint that waits for acceptance be a mirror target?",
    switch: "target-before-acceptance",
    needs: "second account",
    meanwhile: "a refused one is tried again",
  },
  {
    id: "role-made-anew",
    question: "Can a function still read its environment when its role was made anew?",
    switch: "role-made-anew",
    meanwhile: "a new role is given to its function by an update",
  },
  {
    id: "permission-spread",
    question: "How long until a new permission counts?",
    unit: "seconds",
    meanwhile: "an apply waits 90 s before it calls a permission missing",
  },
  {
    id: "abandoned-launch-status",
    question: "Which status has the activity of a launch that a lifecycle hook abandoned?",
    switch: "abandoned-launch-status",
    meanwhile: "both count as ended",
  },
  {
    id: "abandoned-launch-event",
    question: "Which event comes of a launch that a lifecycle hook abandoned?",
    unit: "detail-type",
    meanwhile: "the sweep finds what is left",
  },
  {
    id: "warm-pool-events",
    question: "Which events come of an instance that goes into a warm pool?",
    unit: "detail-types",
    meanwhile: "every event is only a reason to look",
  },
  {
    id: "tags-of-others",
    question: "Does an account see the tags of mirror targets that others share with it?",
    switch: "tags-of-others",
    needs: "second account",
    meanwhile: "nothing rests on the tags of others",
  },
  {
    id: "trail-delay",
    question: "How long does a CloudTrail record take to its event rule?",
    unit: "seconds",
    needs: "trail",
    meanwhile: "the sweep heals within a minute",
  },
  {
    id: "finding-delay",
    question: "How long does a GuardDuty finding take to its event rule?",
    unit: "seconds",
    needs: "detector",
    meanwhile: "no promise is made",
  },
  {
    id: "port-symmetry",
    question: "Have both directions of a flow the same VXLAN source port?",
    unit: "yes or no",
    meanwhile: "the load balancer is told to keep to addresses alone",
  },
  {
    id: "queue-spread",
    question: "Do mirrored packets spread over the receive queues of a node?",
    unit: "share of the busiest queue",
    meanwhile: "the capacity plan counts on all processors",
  },
  {
    id: "udp-rebalance",
    question: "Does `rebalance` move UDP flows from a dead node?",
    unit: "yes or no",
    meanwhile: "set, and an alarm counts healthy nodes",
  },
] as const satisfies readonly Fact[];

export type FactId = (typeof FACTS)[number]["id"];
