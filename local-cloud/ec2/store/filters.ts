import { Ec2Fault, invalidParameter } from "../fault.js";
import { createId } from "../random.js";
import { Timeline } from "../timeline.js";
import { checkTags, cidrFamily, inRange, notFound, oneOf, required } from "./checks.js";
import type { Context, FilterRule, MirrorFilter, PortRange, Tags } from "./model.js";
import { Tokens } from "./tokens.js";

export interface FilterInput {
  description?: string | undefined;
  tags: Tags;
}

export interface RuleInput {
  filterId?: string | undefined;
  direction?: string | undefined;
  number?: number | undefined;
  action?: string | undefined;
  protocol?: number | undefined;
  sourcePorts?: PortRange | undefined;
  destinationPorts?: PortRange | undefined;
  sourceCidr?: string | undefined;
  destinationCidr?: string | undefined;
  description?: string | undefined;
}

const SERVICES = ["amazon-dns"];
const RULE_FIELDS = ["destination-port-range", "source-port-range", "protocol", "description"];

/** Filters, their rules and their network services. */
export class FilterStore {
  readonly filters: Timeline<MirrorFilter>;
  readonly rules: Timeline<FilterRule>;
  readonly #tokens: Tokens<MirrorFilter>;
  readonly #ruleTokens: Tokens<FilterRule>;

  constructor(private readonly context: Context) {
    this.filters = new Timeline(context.now);
    this.rules = new Timeline(context.now);
    this.#tokens = new Tokens(context.now);
    this.#ruleTokens = new Tokens(context.now);
  }

  /** `time`: as it stood then; now where it is left out. */
  get(id: string, time = Infinity): MirrorFilter {
    const found = this.filters.getAsOf(id, time);
    if (!found) throw notFound("filter", id, this.context.switches);
    return found;
  }

  getRule(id: string, time = Infinity): FilterRule {
    const found = this.rules.getAsOf(id, time);
    if (!found) throw notFound("filter-rule", id, this.context.switches);
    return found;
  }

  rulesOf(filterId: string, direction?: string, time = Infinity): FilterRule[] {
    return this.rules
      .asOf(time)
      .filter((r) => r.filterId === filterId && (direction === undefined || r.direction === direction))
      .sort((a, b) => a.number - b.number);
  }

  create(input: FilterInput, token?: string): MirrorFilter {
    return this.#tokens.once({
      token,
      request: input,
      find: (id) => this.filters.get(id),
      make: () => {
        if (this.filters.size >= this.context.quotas().filters) {
          throw new Ec2Fault(
            "TrafficMirrorFilterLimitExceeded",
            "The limit of traffic mirror filters is reached",
          );
        }
        const { description, tags } = input;
        const filter: MirrorFilter = {
          ...this.#identity("tmf"),
          description,
          tags: checkTags(tags),
          services: [],
        };
        this.filters.set(filter);
        return filter;
      },
    });
  }

  modifyServices(id: string, add: readonly string[], remove: readonly string[]): MirrorFilter {
    const filter = this.get(id);
    for (const service of [...add, ...remove]) oneOf(service, "networkService", SERVICES);
    const kept = filter.services.filter((s) => !remove.includes(s));
    const changed = { ...filter, services: [...new Set([...kept, ...add])] };
    this.filters.set(changed);
    return changed;
  }

  /** `inUse`: whether a session names the filter. */
  delete(id: string, inUse: boolean): void {
    this.get(id);
    if (inUse) throw new Ec2Fault("TrafficMirrorFilterInUse", `The traffic mirror filter '${id}' is in use`);
    for (const rule of this.rulesOf(id)) this.rules.delete(rule.id);
    this.filters.delete(id);
  }

  createRule(input: RuleInput & { tags: Tags }, token?: string): FilterRule {
    return this.#ruleTokens.once({
      token,
      request: input,
      find: (id) => this.rules.get(id),
      make: () => {
        const filter = this.get(required(input.filterId, "TrafficMirrorFilterId"));
        const { rulesPerFilter } = this.context.quotas();
        const together = this.context.switches.get("filter-rule-quota") === "together";
        if (this.rulesOf(filter.id, together ? undefined : input.direction).length >= rulesPerFilter) {
          throw new Ec2Fault(
            "TrafficMirrorFilterRuleLimitExceeded",
            `The traffic mirror filter '${filter.id}' has ${rulesPerFilter} rules`,
          );
        }
        const rule = this.#checked({
          ...this.#identity("tmfr"),
          filterId: filter.id,
          direction: required(input.direction, "TrafficDirection"),
          number: required(input.number, "RuleNumber"),
          action: required(input.action, "RuleAction"),
          protocol: input.protocol,
          sourcePorts: input.sourcePorts,
          destinationPorts: input.destinationPorts,
          sourceCidr: required(input.sourceCidr, "SourceCidrBlock"),
          destinationCidr: required(input.destinationCidr, "DestinationCidrBlock"),
          description: input.description,
          tags: checkTags(input.tags),
        });
        this.rules.set(rule);
        return rule;
      },
    });
  }

  modifyRule(id: string, input: RuleInput, removeFields: readonly string[] = []): FilterRule {
    const rule = this.getRule(id);
    for (const field of removeFields) oneOf(field, "removeFields", RULE_FIELDS);
    const kept = <T>(field: string, given: T | undefined, before: T | undefined): T | undefined =>
      given ?? (removeFields.includes(field) ? undefined : before);
    const changed = this.#checked({
      ...rule,
      direction: input.direction ?? rule.direction,
      number: input.number ?? rule.number,
      action: input.action ?? rule.action,
      protocol: kept("protocol", input.protocol, rule.protocol),
      sourcePorts: kept("source-port-range", input.sourcePorts, rule.sourcePorts),
      destinationPorts: kept("destination-port-range", input.destinationPorts, rule.destinationPorts),
      sourceCidr: input.sourceCidr ?? rule.sourceCidr,
      destinationCidr: input.destinationCidr ?? rule.destinationCidr,
      description: kept("description", input.description, rule.description),
    });
    this.rules.set(changed);
    return changed;
  }

  deleteRule(id: string): void {
    this.getRule(id);
    this.rules.delete(id);
  }

  #identity(prefix: string) {
    return { id: createId(prefix, this.context.random), seq: this.context.nextSeq() };
  }

  #checked(rule: FilterRule): FilterRule {
    oneOf(rule.direction, "trafficDirection", ["ingress", "egress"]);
    oneOf(rule.action, "ruleAction", ["accept", "reject"]);
    inRange(rule.number, "ruleNumber", 1, 32766);
    if (rule.protocol !== undefined) inRange(rule.protocol, "protocol", 0, 255);
    for (const ports of [rule.sourcePorts, rule.destinationPorts]) {
      if (!ports) continue;
      inRange(ports.from, "fromPort", 0, 65535);
      inRange(ports.to, "toPort", ports.from, 65535);
    }
    if (
      cidrFamily(rule.sourceCidr, "sourceCidrBlock") !==
      cidrFamily(rule.destinationCidr, "destinationCidrBlock")
    ) {
      throw invalidParameter("The source and destination CIDR blocks must be of one address family");
    }
    const clash = this.rulesOf(rule.filterId, rule.direction).find(
      (r) => r.number === rule.number && r.id !== rule.id,
    );
    if (clash) {
      throw new Ec2Fault(
        "TrafficMirrorFilterRuleAlreadyExists",
        `The ${rule.direction} rule ${rule.number} exists already: ${clash.id}`,
      );
    }
    return rule;
  }
}
