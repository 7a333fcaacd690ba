/** Inputs of modules/mirror-controller, and the policy that each set must come to. */
import type { Policy } from "../../functions/core/sessions/policy.js";

export type Inputs = Readonly<Record<string, unknown>>;

interface Asked {
  readonly inputs: Inputs;
  readonly expected: Policy;
}

const VPC = "vpc-0123456789abcdef0";
const FILTER = "tmf-0123456789abcdef0";

const vpcs = {
  prod: {
    vpc_id: VPC,
    filter_id: FILTER,
    targets: { a: { target_id: "tmt-0123456789abcdef0", availability_zone: "eu-west-1a" } },
  },
};

const vpcsInForce: Policy["vpcs"] = [
  {
    key: "prod",
    vpc_id: VPC,
    filter_id: FILTER,
    vni: null,
    endpoint_service_name: null,
    targets: [{ target_id: "tmt-0123456789abcdef0", availability_zone: "eu-west-1a" }],
  },
];

const nothingExcluded: Policy["exclude"] = {
  tags: [],
  subnet_ids: [],
  instance_ids: [],
  network_interface_ids: [],
  autoscaling_group_names: [],
};

const defaults: Policy["options"] = {
  stopped_instances: "remove",
  allow_cross_zone: true,
  requester_managed: { rds: false, elasticache: false },
  fargate: false,
  accept_sharing: false,
  instance_types: {},
};

const unsaid = {
  filter_id: null,
  target_id: null,
  packet_length: null,
  virtual_network_id: null,
  session_number: null,
  outrank: false,
  interfaces: "all",
  on: "always",
} as const;

export const MINIMAL: Asked = {
  inputs: { vpcs },
  expected: {
    version: 1,
    vpcs: vpcsInForce,
    filters: [],
    sources: null,
    exclude: nothingExcluded,
    options: defaults,
    lifecycle_hooks: [],
  },
};

/** Every attribute of an entry at a value that is not its default. */
const said = {
  filter_id: "tmf-0fedcba9876543210",
  target_id: "tmt-0fedcba9876543210",
  packet_length: 8500,
  virtual_network_id: 16_777_215,
  session_number: 32_766,
  interfaces: "primary",
  on: "guardduty",
} as const;

/** Letters of several scripts, what JSON and HTML escape, and what Terraform could take for a template. */
const AWKWARD = 'Zürich 東京 🛰️ <a & "b"> \\ ${x} %{y}';
const anyway = { Straße: AWKWARD, Team: null, empty: "" };
const excluded = Array.from({ length: 40 }, (_, index) => `gruppe-${String(index)}-für-große-dinge`);

export const EVERYTHING: Asked = {
  inputs: {
    vpcs: {
      prod: { ...vpcs.prod, vni: 1 },
      "by tag": {
        vpc_id: "vpc-0fedcba9876543210",
        filter_id: "tmf-0fedcba9876543210",
        endpoint_service_name: "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0",
      },
    },
    sources: {
      tags: [
        { ...said, name: "web + api [1]", tags: anyway, match: "any" },
        { tags: { Mirror: "true" }, outrank: true },
      ],
      subnets: [
        { ...said, name: "subnet", subnet_id: "subnet-0123456789abcdef0" },
        { subnet_id: "subnet-0fedcba9876543210" },
      ],
      vpcs: [{ ...said, name: "vpc", vpc_id: VPC }, { vpc_id: "vpc-0fedcba9876543210" }],
    },
    exclude: {
      tags: [{ tags: anyway, match: "any" }, { tags: { Mirror: "never" } }],
      subnet_ids: ["subnet-0123456789abcdef1"],
      instance_ids: ["i-0123456789abcdef0"],
      network_interface_ids: ["eni-0123456789abcdef0"],
      autoscaling_group_names: excluded,
    },
    stopped_instances: "keep",
    allow_cross_zone: false,
    requester_managed: { rds: true, elasticache: true },
    fargate: true,
    accept_sharing: true,
    instance_types: { "m8g.*": true, "c7gn.large": false },
    lifecycle_hooks: {
      plain: { autoscaling_group_name: "plain", create: false },
      said: {
        autoscaling_group_name: "said",
        create: false,
        hook_name: "hold",
        when_not_mirrored: "abandon",
        abandons_per_hour: 5,
      },
    },
    // A chunk holds a quarter as many characters as soon as one of them is not ASCII.
    policy_parts: 8,
  },
  expected: {
    version: 1,
    // Terraform's maps are in the order of their keys.
    vpcs: [
      {
        key: "by tag",
        vpc_id: "vpc-0fedcba9876543210",
        filter_id: "tmf-0fedcba9876543210",
        vni: null,
        endpoint_service_name: "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0",
        targets: null,
      },
      ...vpcsInForce.map((vpc) => ({ ...vpc, vni: 1 })),
    ],
    filters: [],
    sources: {
      tags: [
        { ...said, outrank: false, name: "web + api [1]", tags: anyway, match: "any" },
        { ...unsaid, outrank: true, name: "tags[1]", tags: { Mirror: "true" }, match: "all" },
      ],
      subnets: [
        { ...said, outrank: false, name: "subnet", subnet_id: "subnet-0123456789abcdef0" },
        { ...unsaid, name: "subnets[1]", subnet_id: "subnet-0fedcba9876543210" },
      ],
      vpcs: [
        { ...said, outrank: false, name: "vpc", vpc_id: VPC },
        { ...unsaid, name: "vpcs[1]", vpc_id: "vpc-0fedcba9876543210" },
      ],
    },
    exclude: {
      tags: [
        { tags: anyway, match: "any" },
        { tags: { Mirror: "never" }, match: "all" },
      ],
      subnet_ids: ["subnet-0123456789abcdef1"],
      instance_ids: ["i-0123456789abcdef0"],
      network_interface_ids: ["eni-0123456789abcdef0"],
      autoscaling_group_names: excluded,
    },
    options: {
      stopped_instances: "keep",
      allow_cross_zone: false,
      requester_managed: { rds: true, elasticache: true },
      fargate: true,
      accept_sharing: true,
      instance_types: { "m8g.*": true, "c7gn.large": false },
    },
    lifecycle_hooks: [
      {
        autoscaling_group_name: "plain",
        hook_name: "everything-mirror",
        when_not_mirrored: "continue",
        abandons_per_hour: 3,
      },
      {
        autoscaling_group_name: "said",
        hook_name: "hold",
        when_not_mirrored: "abandon",
        abandons_per_hour: 5,
      },
    ],
  },
};

/** Names of the longest that a rule takes, and a long tag: an entry takes about 200 bytes in the document. */
const entries = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    name: `team-${String(index)}-`.padEnd(64, "x"),
    tags: { Team: `team-${String(index)}-`.padEnd(84, "y"), Mirror: "true" },
  }));

export const LARGE: Asked = {
  inputs: { vpcs, sources: { tags: entries(300) } },
  expected: {
    ...MINIMAL.expected,
    sources: {
      tags: entries(300).map((entry) => ({ ...unsaid, ...entry, match: "all" })),
      subnets: [],
      vpcs: [],
    },
  },
};

export const TOO_LARGE: Inputs = { vpcs, sources: { tags: entries(400) } };
