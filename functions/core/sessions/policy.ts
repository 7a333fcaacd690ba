/**
 * The policy document: written by Terraform into an SSM parameter, read by the functions. This schema is
 * the contract between the two; test/contract renders the module's document and parses it here.
 */
import * as z from "zod/mini";
import en from "zod/v4/locales/en.js";

// zod/mini brings no words: without them every problem is "Invalid input".
z.config(en());

const range = (low: number, high: number) => z.int().check(z.gte(low), z.lte(high));
const id = (prefix: string) => z.string().check(z.regex(new RegExp(`^${prefix}-[0-9a-z]+$`)));
const orNull = <T extends z.core.SomeType>(type: T) => z._default(z.nullable(type), null);

/** A null value means that the key is present, whatever its value. */
const tagMatch = z.record(z.string().check(z.minLength(1)), z.nullable(z.string()));
const match = z._default(z.enum(["all", "any"]), "all");
const nonEmpty = z.refine((tags) => Object.keys(tags as object).length > 0, {
  error: "at least one tag is needed: an empty map would match every instance",
});

/** What every rule has; the lists of `sources` add by what each selects. */
const rule = z.object({
  name: z.string().check(z.minLength(1), z.maxLength(256)),
  filter_id: orNull(id("tmf")),
  target_id: orNull(id("tmt")),
  /** Whole packets when null. Under 55 bytes an IPv6 packet would be cut inside its headers. */
  packet_length: orNull(range(55, 8500)),
  virtual_network_id: orNull(range(1, 16_777_215)),
  session_number: orNull(range(1, 32_766)),
  /** Whether a session of ours may move below a stranger's, so that it gets the packets that both want. */
  outrank: z._default(z.boolean(), false),
  interfaces: z._default(z.enum(["all", "primary"]), "all"),
  /** guardduty: only while a finding about the instance asks for it, and no other rule selects the interface. */
  on: z._default(z.enum(["always", "guardduty"]), "always"),
});

const vpc = z.object({
  key: z.string(),
  vpc_id: id("vpc"),
  filter_id: id("tmf"),
  vni: orNull(range(1, 16_777_215)),
  endpoint_service_name: orNull(z.string().check(z.minLength(1))),
  /** null: targets are found by their tags, and then only behind the endpoint service named above. */
  targets: orNull(z.array(z.object({ target_id: id("tmt"), availability_zone: z.string() }))),
});

const portRange = z.object({ from_port: range(0, 65_535), to_port: range(0, 65_535) });
const filterRule = z.object({
  rule_number: range(1, 32_766),
  rule_action: z._default(z.enum(["accept", "reject"]), "accept"),
  /** IANA number; null: every protocol. */
  protocol: orNull(range(1, 255)),
  source_cidr_block: z.string(),
  destination_cidr_block: z.string(),
  source_port_range: orNull(portRange),
  destination_port_range: orNull(portRange),
});

/** What Terraform made of these filters. One of the user's own stands in none: there is nothing to compare it with. */
const declaredFilter = z.object({
  filter_ids: z.array(id("tmf")),
  ingress: z._default(z.array(filterRule), []),
  egress: z._default(z.array(filterRule), []),
  network_services: z._default(z.array(z.string()), []),
});

const sources = z.object({
  tags: z._default(z.array(z.extend(rule, { tags: tagMatch.check(nonEmpty), match })), []),
  subnets: z._default(z.array(z.extend(rule, { subnet_id: id("subnet") })), []),
  vpcs: z._default(z.array(z.extend(rule, { vpc_id: id("vpc") })), []),
});

const strings = z._default(z.array(z.string()), []);
const exclude = z.object({
  tags: z._default(z.array(z.object({ tags: tagMatch.check(nonEmpty), match })), []),
  subnet_ids: strings,
  instance_ids: strings,
  network_interface_ids: strings,
  autoscaling_group_names: strings,
});

const options = z.object({
  stopped_instances: z._default(z.enum(["remove", "keep"]), "remove"),
  allow_cross_zone: z._default(z.boolean(), true),
  requester_managed: z._default(
    z.object({ rds: z._default(z.boolean(), false), elasticache: z._default(z.boolean(), false) }),
    { rds: false, elasticache: false },
  ),
  fargate: z._default(z.boolean(), false),
  /** Whether a source counts as mirrored though another's session takes packets before ours. */
  accept_sharing: z._default(z.boolean(), false),
  /** Glob over instance types → supported or not; the longest pattern that matches wins over our data. */
  instance_types: z._default(z.record(z.string(), z.boolean()), {}),
});

/** A lifecycle hook that `reconcile` completes. */
const lifecycleHook = z.object({
  autoscaling_group_name: z.string().check(z.minLength(1)),
  hook_name: z.string().check(z.minLength(1)),
  /** What becomes of an instance that cannot be mirrored. */
  when_not_mirrored: z._default(z.enum(["continue", "abandon"]), "continue"),
  /** abandon: after so many failed launches within an hour the next instance goes on all the same. */
  abandons_per_hour: z._default(range(1, 1000), 3),
});

const document = z.object({
  version: z.literal(1),
  vpcs: z.array(vpc),
  filters: z._default(z.array(declaredFilter), []),
  sources: orNull(sources),
  exclude: z._default(exclude, exclude.parse({})),
  options: z._default(options, options.parse({})),
  lifecycle_hooks: z._default(z.array(lifecycleHook), []),
});

export type Policy = z.infer<typeof document>;
export type PolicyVpc = Policy["vpcs"][number];
export type DeclaredFilter = Policy["filters"][number];
export type LifecycleHook = Policy["lifecycle_hooks"][number];
export type Rule = z.infer<typeof rule>;

/** A rule that says nothing but its name: everything else as the schema has it. */
export function plainRule(name: string): Rule {
  return rule.parse({ name });
}

/** Every rule, in the order in which the lists are matched. */
export function rulesOf({ sources }: Policy): readonly Rule[] {
  return sources === null ? [] : [...sources.tags, ...sources.subnets, ...sources.vpcs];
}

/** `problems` says for each wrong field its path and what is allowed, `vpcs.0.vni: Too big …`. */
export type ParsedPolicy =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads a policy document. Never throws: a bad document is an answer. */
export function parsePolicy(text: string): ParsedPolicy {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, problems: [`not JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
  const result = document.safeParse(json);
  if (result.success) return { ok: true, policy: result.data };
  return {
    ok: false,
    problems: result.error.issues.map((issue) => `${issue.path.join(".") || "document"}: ${issue.message}`),
  };
}
