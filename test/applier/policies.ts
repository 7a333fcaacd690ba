/**
 * The policies of docs/applier-policies, made from what was recorded. Each is a template of Terraform's templatefile:
 * `${partition}`, `${region}`, `${account_id}`, `${name}` and `${iam_path}` (the modules' input, `/` by default).
 */
import { MODULES, readRecorded, type Module, type Permission } from "./recorded.js";

export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface Policy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** What AWS asks for and the local cloud does not, each with its source. */
const BESIDES: Readonly<Record<Module, readonly Statement[]>> = {
  "capture-fleet": [
    {
      // The first load balancer and the first group of an account make these (Elastic Load Balancing and Amazon EC2
      // Auto Scaling User Guides, "Service-linked roles").
      Sid: "ServiceLinkedRoles",
      Effect: "Allow",
      Action: ["iam:CreateServiceLinkedRole"],
      Resource: ["arn:${partition}:iam::${account_id}:role/aws-service-role/*"],
      Condition: {
        StringEquals: {
          "iam:AWSServiceName": ["autoscaling.amazonaws.com", "elasticloadbalancing.amazonaws.com"],
        },
      },
    },
    {
      // Auto Scaling tries the launch template as whoever makes or changes the group (Amazon EC2 Auto Scaling User
      // Guide, "Control Amazon EC2 launch template usage in Auto Scaling groups").
      Sid: "LaunchTemplate",
      Effect: "Allow",
      Action: ["ec2:RunInstances"],
      Resource: ["*"],
      Condition: {
        ArnLike: { "ec2:LaunchTemplate": "arn:${partition}:ec2:${region}:${account_id}:launch-template/*" },
      },
    },
    {
      // Of images by parameter, which are public (Service Authorization Reference: RunInstances depends on it).
      Sid: "ImageParameters",
      Effect: "Allow",
      Action: ["ssm:GetParameters"],
      Resource: ["arn:${partition}:ssm:${region}::parameter/aws/service/*"],
    },
    {
      Sid: "TagsOfInstances",
      Effect: "Allow",
      Action: ["ec2:CreateTags"],
      Resource: ["instance", "network-interface", "volume"].map(
        (type) => `arn:\${partition}:ec2:\${region}:\${account_id}:${type}/*`,
      ),
      Condition: { StringEquals: { "ec2:CreateAction": "RunInstances" } },
    },
  ],
  "mirror-endpoint": [
    {
      // CreateVpcEndpoint depends on them (Service Authorization Reference, "Amazon EC2").
      Sid: "OfEndpoints",
      Effect: "Allow",
      Action: ["ec2:DescribeSecurityGroups", "ec2:DescribeVpcs"],
      Resource: ["*"],
    },
  ],
  "mirror-controller": [
    {
      // A change of what the functions may act on makes a new version of their policy, and the oldest of five goes
      // (found by test/e2e/applier.test.ts: the recorded change leaves it as it is).
      Sid: "ScopePolicies",
      Effect: "Allow",
      Action: ["iam:CreatePolicyVersion", "iam:DeletePolicyVersion", "iam:ListPolicyVersions"],
      Resource: ["arn:${partition}:iam::${account_id}:policy${iam_path}${name}-*"],
    },
    {
      // Another key, or none any more, is an update of the table (UpdateTable, SSESpecification).
      Sid: "TableKey",
      Effect: "Allow",
      Action: ["dynamodb:UpdateTable"],
      Resource: ["arn:${partition}:dynamodb:${region}:${account_id}:table/${name}-*"],
    },
    {
      // DynamoDB looks at the key and makes grants as whoever gives a table that key, and only through itself (DynamoDB
      // Developer Guide, "DynamoDB encryption at rest: usage notes", "Authorizing access").
      Sid: "KeyOfTable",
      Effect: "Allow",
      Action: ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey"],
      Resource: ["arn:${partition}:kms:${region}:${account_id}:key/*"],
      Condition: { StringLike: { "kms:ViaService": "dynamodb.*.amazonaws.com*" } },
    },
  ],
};

const serviceOf = (action: string): string => action.split(":")[0] ?? "";
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort();

/** Roles have the path that the caller gives them; others of IAM have it as well. */
const withPath = (resource: string): string =>
  resource.replace(/(:iam::\$\{account_id\}:(?:role|instance-profile))\/(?=\$\{name\})/, "$1${iam_path}");

const groupBy = <T>(items: readonly T[], key: (item: T) => string): T[][] => {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups.values()];
};

const passing = (permissions: readonly Permission[]): Statement[] =>
  permissions.length === 0
    ? []
    : [
        {
          Sid: "PassRoles",
          Effect: "Allow",
          Action: ["iam:PassRole"],
          Resource: sorted(permissions.map(({ resource }) => withPath(resource))),
          Condition: {
            StringEquals: {
              "iam:PassedToService": sorted(permissions.flatMap(({ passedTo = "" }) => passedTo)),
            },
          },
        },
      ];

export const policyOf = (module: Module, permissions: readonly Permission[]): Policy => {
  const passes = permissions.filter(({ action }) => action === "iam:PassRole");
  const others = permissions.filter(({ action }) => action !== "iam:PassRole");
  const anywhere = others.filter(({ resource }) => resource === "*");
  const known = new Set(anywhere.map(({ action }) => action));
  const somewhere = others.filter(({ action, resource }) => resource !== "*" && !known.has(action));
  // By service, the resources of an action first: actions on the same resources are one statement.
  const byAction = groupBy(somewhere, ({ action }) => action).map((group) => ({
    action: group[0]?.action ?? "",
    resources: sorted(group.map(({ resource }) => withPath(resource))),
  }));
  const statements = groupBy(byAction, ({ action, resources }) =>
    JSON.stringify([serviceOf(action), resources]),
  )
    .map((group) => ({
      service: serviceOf(group[0]?.action ?? ""),
      Action: sorted(group.map(({ action }) => action)),
      Resource: group[0]?.resources ?? [],
    }))
    .sort((a, b) => (a.service + a.Resource.join() < b.service + b.Resource.join() ? -1 : 1));
  const counts = new Map<string, number>();
  const named = statements.map(({ service, Action, Resource }): Statement => {
    const count = (counts.get(service) ?? 0) + 1;
    counts.set(service, count);
    return { Sid: `${capital(service)}${count === 1 ? "" : count}`, Effect: "Allow", Action, Resource };
  });
  return {
    Version: "2012-10-17",
    Statement: [
      { Sid: "Anywhere", Effect: "Allow", Action: sorted(known), Resource: ["*"] },
      ...named,
      ...passing(passes),
      ...BESIDES[module],
    ],
  };
};

/**
 * For those who must give every role a permissions boundary: attached beside the others, it refuses to make or change a
 * role without it, and to take it off ("Permissions boundaries for IAM entities", IAM User Guide).
 */
export const boundaryPolicy: Policy = {
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "RolesHaveTheBoundary",
      Effect: "Deny",
      Action: [
        "iam:AttachRolePolicy",
        "iam:CreateRole",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
      ],
      Resource: ["arn:${partition}:iam::${account_id}:role${iam_path}${name}-*"],
      Condition: { StringNotEquals: { "iam:PermissionsBoundary": "${permissions_boundary}" } },
    },
    {
      Sid: "TheBoundaryStays",
      Effect: "Deny",
      Action: ["iam:DeleteRolePermissionsBoundary"],
      Resource: ["arn:${partition}:iam::${account_id}:role${iam_path}${name}-*"],
    },
  ],
};

/** Longest values of the placeholders, by which a policy is measured. */
const LONGEST = {
  partition: "aws-us-gov",
  region: "us-gov-west-1",
  account_id: "123456789012",
  name: "n".repeat(26),
  iam_path: `/${"p".repeat(20)}/`,
  permissions_boundary: `arn:aws-us-gov:iam::123456789012:policy/${"b".repeat(64)}`,
};
/** Characters of a managed policy, blanks left out (IAM and AWS STS quotas). */
export const MAXIMUM_CHARACTERS = 6144;
export const sizeOf = (policy: Policy): number =>
  JSON.stringify(rendered(JSON.stringify(policy), LONGEST)).length;

/** As many managed policies as it takes; a role can have ten. */
const inParts = (policy: Policy): readonly Policy[] => {
  const parts: Policy[] = [];
  for (const statement of policy.Statement) {
    const last = parts.at(-1);
    const grown = last === undefined ? undefined : { ...last, Statement: [...last.Statement, statement] };
    if (grown !== undefined && sizeOf(grown) <= MAXIMUM_CHARACTERS) parts[parts.length - 1] = grown;
    else parts.push({ Version: policy.Version, Statement: [statement] });
  }
  return parts;
};

/** By name: a module's policy in one file, or in several with a number each. */
export const policies = (): ReadonlyMap<
  Module | "permissions-boundary",
  Readonly<Record<string, Policy>>
> => {
  const recorded = readRecorded();
  const whole = [
    ...MODULES.map((module) => [module, policyOf(module, recorded[module].permissions)] as const),
    ["permissions-boundary", boundaryPolicy] as const,
  ];
  return new Map(
    whole.map(([name, policy]) => {
      const parts = inParts(policy);
      const files = parts.map((part, index) => {
        const number = parts.length === 1 ? "" : `-${index + 1}`;
        return [`${name}${number}.json`, part] as const;
      });
      return [name, Object.fromEntries(files)];
    }),
  );
};

export const policyText = (policy: Policy): string => `${JSON.stringify(policy, null, 2)}\n`;

/** A policy as templatefile would render it. */
export const rendered = (template: string, values: Readonly<Record<string, string>>): Policy =>
  JSON.parse(
    template.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`there is no value for ${name}`);
      return value;
    }),
  ) as Policy;
