import { Scoped } from "../scoped.js";
import type { PatchSet } from "./types.js";

const textual = (headers: Record<string, string>): boolean =>
  /json|xml|urlencoded|text/.test(headers["content-type"] ?? "");

/** Gateway load balancers: their ARNs say `gwy`, which is how the provider knows to send no protocol. */
export const elbv2Patches = (): PatchSet => {
  /** `name/id` of each gateway load balancer */
  const gateways = new Scoped(() => new Set<string>());
  const all = (): string[] => gateways.entries().flatMap(({ value }) => [...value]);

  return {
    reset: () => gateways.reset(),
    patches: [
      {
        name: "gateway-load-balancer-arn",
        why: "moto names every load balancer …/app/NAME/ID; AWS says …/gwy/… for a gateway one, in every service",
        match: () => true,
        async run(call, next) {
          const known = all();
          if (known.length > 0 && ["elasticloadbalancing", "ec2"].includes(call.service)) {
            for (const [name, value] of Object.entries(call.params)) {
              const found = /\/gwy\/([^/]+\/[^/]+)/.exec(value)?.[1];
              if (found !== undefined && known.includes(found))
                call.params[name] = value.replace("/gwy/", "/app/");
            }
          }
          let answer = await next();
          const creates = call.service === "elasticloadbalancing" && call.action === "CreateLoadBalancer";
          if (creates && call.params["Type"] === "gateway" && answer.status === 200) {
            for (const [, id = ""] of answer.body.toString().matchAll(/loadbalancer\/app\/([^<]+)</g)) {
              gateways.of(call).add(id);
            }
          }
          const wrong = textual(answer.headers)
            ? all().filter((id) => answer.body.includes(`/app/${id}`))
            : [];
          if (wrong.length > 0) {
            let text = answer.body.toString();
            for (const id of wrong) text = text.replaceAll(`/app/${id}`, `/gwy/${id}`);
            answer = { ...answer, body: Buffer.from(text) };
          }
          return answer;
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
