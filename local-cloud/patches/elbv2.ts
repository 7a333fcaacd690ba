import { serviceError } from "../answers.js";
import { Scoped } from "../scoped.js";
import type { Cloud } from "../types.js";
import { list, parseXml, texts } from "../xml.js";
import { is, type PatchSet } from "./types.js";

/** arn:partition:elasticloadbalancing:region:account:… */
const accountOf = (arn: string): string | undefined => arn.split(":")[4];

const textual = (headers: Record<string, string>): boolean =>
  /json|xml|urlencoded|text/.test(headers["content-type"] ?? "");

/** As AWS's ARNs spell the types; moto spells all as the first. By `gwy` the provider knows to send no protocol. */
const SPELLED: Readonly<Record<string, string>> = { gateway: "gwy", network: "net" };

/** Load balancers: what their ARNs say of their type, and whose they are. */
export const elbv2Patches = (cloud: Cloud): PatchSet => {
  /** How the type is spelled, by `name/id`, of those that moto spells wrongly. */
  const balancers = new Scoped(() => new Map<string, string>());
  const all = (): [string, string][] => balancers.entries().flatMap(({ value }) => [...value]);

  return {
    reset: () => balancers.reset(),
    patches: [
      {
        name: "load-balancer-arn",
        why: "moto names every load balancer …/app/NAME/ID; AWS says …/gwy/… for a gateway one and …/net/… for a network one, in every service",
        match: () => true,
        async run(call, next) {
          const known = all();
          if (known.length > 0 && ["elasticloadbalancing", "ec2"].includes(call.service)) {
            for (const [name, value] of Object.entries(call.params)) {
              const [, type, found] = /\/(gwy|net)\/([^/]+\/[^/]+)/.exec(value) ?? [];
              if (type !== undefined && known.some(([id, spelled]) => id === found && spelled === type))
                call.params[name] = value.replace(`/${type}/`, "/app/");
            }
          }
          let answer = await next();
          const creates = call.service === "elasticloadbalancing" && call.action === "CreateLoadBalancer";
          const spelled = SPELLED[call.params["Type"] ?? ""];
          if (creates && spelled !== undefined && answer.status === 200) {
            for (const [, id = ""] of answer.body.toString().matchAll(/loadbalancer\/app\/([^<]+)</g)) {
              balancers.of(call).set(id, spelled);
            }
          }
          const wrong = textual(answer.headers)
            ? all().filter(([id]) => answer.body.includes(`/app/${id}`))
            : [];
          if (wrong.length > 0) {
            let text = answer.body.toString();
            for (const [id, type] of wrong) text = text.replaceAll(`/app/${id}`, `/${type}/${id}`);
            answer = { ...answer, body: Buffer.from(text) };
          }
          return answer;
        },
      },
      {
        name: "load-balancer-of-another-account",
        why: "moto says that it is not found; AWS, that an ARN of another account is not a valid one",
        match: is("elasticloadbalancing", "DescribeLoadBalancers", "DescribeTargetGroups"),
        async run(call, next) {
          const foreign = Object.entries(call.params).find(
            ([name, value]) => /^LoadBalancerArn/.test(name) && accountOf(value) !== call.account,
          )?.[1];
          if (foreign === undefined) return next();
          return serviceError(call, "ValidationError", `'${foreign}' is not a valid load balancer ARN`);
        },
      },
      {
        name: "gateway-load-balancer-subnets",
        why: "moto sets any subnets; a Gateway Load Balancer keeps those that it has (API reference, SetSubnets). The sentence is (?)",
        match: is("elasticloadbalancing", "SetSubnets"),
        async run(call, next) {
          const arn = call.params["LoadBalancerArn"] ?? "";
          const params = {
            Action: "DescribeLoadBalancers",
            Version: "2015-12-01",
            "LoadBalancerArns.member.1": arn,
          };
          const shown = await cloud.moto(call, call.service, { params });
          const path = ["DescribeLoadBalancersResponse", "DescribeLoadBalancersResult", "LoadBalancers"];
          const found = parseXml(shown.body.toString());
          if (!texts(found, [...path, "Type"]).includes("gateway")) return next();
          const given = new Set(list(call.params, "Subnets.member"));
          const lost = texts(found, [...path, "AvailabilityZones", "SubnetId"]).filter(
            (id) => !given.has(id),
          );
          if (lost.length === 0) return next();
          const message = `Subnets of a Gateway Load Balancer cannot be removed: ${lost.join(", ")}`;
          return serviceError(call, "InvalidConfigurationRequest", message);
        },
      },
      {
        name: "load-balancer-active-at-once",
        why: "moto's is active from the second look on, and the provider waits half a minute for that",
        match: (call) => call.service === "elasticloadbalancing" && call.action === "DescribeLoadBalancers",
        async run(_, next) {
          const answer = await next();
          const body = answer.body.toString().replaceAll("<Code>provisioning</Code>", "<Code>active</Code>");
          return { ...answer, body: Buffer.from(body) };
        },
      },
    ],
  };
};
