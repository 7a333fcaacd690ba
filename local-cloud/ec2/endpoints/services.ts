/** Endpoint services live in moto, in the account of their owner; the client's account must find them by name. */
import type { Cloud } from "../../types.js";
import { items, parseXml, texts, type Node } from "../../xml.js";
import { isMembers, text } from "../moto-fixes.js";
import type { Where } from "../moto-view.js";
import type { EndpointService } from "./store.js";

const VERSION = "2016-11-15";

export class EndpointServices {
  /** Accounts that have made a service, by region. */
  readonly #owners = new Map<string, Set<string>>();

  constructor(private readonly cloud: Cloud) {}

  reset(): void {
    this.#owners.clear();
  }

  /** An account creates a service; what it is called is for moto to say. */
  sawOwner({ account, region }: Where): void {
    const owners = this.#owners.get(region) ?? new Set<string>();
    this.#owners.set(region, owners.add(account));
  }

  async find(name: string, caller: Where): Promise<EndpointService | undefined> {
    for (const account of new Set([caller.account, ...(this.#owners.get(caller.region) ?? [])])) {
      const owner = { account, region: caller.region };
      const found = (
        await this.#ask(owner, "DescribeVpcEndpointServiceConfigurations", "serviceConfigurationSet")
      ).find((each) => text(each, "serviceName") === name);
      if (found && isMembers(found)) return this.#describe(found, owner);
    }
    return undefined;
  }

  async #describe(found: { [name: string]: Node }, owner: Where): Promise<EndpointService> {
    const id = text(found, "serviceId") ?? "";
    const allowed = await this.#ask(owner, "DescribeVpcEndpointServicePermissions", "allowedPrincipals", {
      ServiceId: id,
    });
    return {
      name: text(found, "serviceName") ?? "",
      id,
      owner: owner.account,
      acceptanceRequired: text(found, "acceptanceRequired") === "true",
      zones: texts(found, ["availabilityZoneSet"]),
      principals: texts(allowed, ["principal"]),
      gateway: items(found, "gatewayLoadBalancerArnSet").length > 0,
    };
  }

  async #ask(
    where: Where,
    action: string,
    set: string,
    params: Record<string, string> = {},
  ): Promise<Node[]> {
    const answer = await this.cloud.moto(where, "ec2", {
      params: { Action: action, Version: VERSION, ...params },
    });
    if (answer.status !== 200) return [];
    return items(parseXml(answer.body.toString()), `${action}Response`, set);
  }
}
