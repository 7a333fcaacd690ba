import { createHash } from "node:crypto";
import { Scoped } from "../scoped.js";
import type { Cloud } from "../types.js";
import { ec2Ok, escapeXml, list } from "../xml.js";
import { edited, is, type Patch, type PatchSet } from "./types.js";

const idOf = (prefix: string, ...parts: string[]): string =>
  `${prefix}-${createHash("sha1").update(parts.join("|")).digest("hex").slice(0, 17)}`;

const principalType = (principal: string): string =>
  principal === "*"
    ? "All"
    : /:root$/.test(principal)
      ? "Account"
      : /:role\//.test(principal)
        ? "Role"
        : "User";

/** EC2 around endpoint services and launch templates; Traffic Mirroring and instances have a store of their own. */
export const ec2Patches = (_cloud: Cloud): PatchSet => {
  /** Rule → description, of rules whose other end is a prefix list. */
  const descriptions = new Scoped(() => new Map<string, string>());

  return {
    reset: () => descriptions.reset(),
    patches: [...endpointServicePatches(), ...securityGroupPatches(descriptions)],
  };
};

const securityGroupPatches = (descriptions: Scoped<Map<string, string>>): readonly Patch[] => [
  {
    name: "prefix-list-rule-added",
    why: "moto forgets the description of a rule whose other end is a prefix list",
    match: is("ec2", "AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress"),
    async run(call, next) {
      const answer = await next();
      const description = call.params["IpPermissions.1.PrefixListIds.1.Description"];
      const id = /<securityGroupRuleId>([^<]+)</.exec(answer.body.toString())?.[1];
      if (answer.status === 200 && description !== undefined && id !== undefined) {
        descriptions.of(call).set(id, description);
      }
      return answer;
    },
  },
  {
    name: "prefix-list-rule-described",
    why: "the same, when read",
    match: is("ec2", "DescribeSecurityGroupRules"),
    run: edited((text, call) =>
      text.replace(/<securityGroupRuleId>([^<]+)<\/securityGroupRuleId>/g, (whole, id: string) => {
        const description = descriptions.of(call).get(id);
        return description === undefined
          ? whole
          : `${whole}<description>${escapeXml(description)}</description>`;
      }),
    ),
  },
];

const endpointServicePatches = (): readonly Patch[] => [
  {
    name: "endpoint-service-permissions",
    why: "moto leaves out servicePermissionId and principalType, which the provider's id is made of",
    match: is("ec2", "DescribeVpcEndpointServicePermissions"),
    run: edited((text, call) => {
      const service = call.params["ServiceId"] ?? "";
      return text.replace(
        /<item>\s*<principal>([^<]+)<\/principal>\s*<\/item>/g,
        (_, principal: string) =>
          `<item><principalType>${principalType(principal)}</principalType><principal>${principal}</principal>` +
          `<servicePermissionId>${idOf("vpce-svc-perm", service, principal)}</servicePermissionId>` +
          `<serviceId>${service}</serviceId></item>`,
      );
    }),
  },
  {
    name: "endpoint-service-permissions-added",
    why: "the provider reads AddedPrincipals of the answer; moto answers Return alone",
    match: is("ec2", "ModifyVpcEndpointServicePermissions"),
    async run(call, next) {
      const answer = await next();
      if (answer.status !== 200) return answer;
      const serviceId = call.params["ServiceId"] ?? "";
      const addedPrincipalSet = list(call.params, "AddAllowedPrincipals").map((principal) => ({
        principalType: principalType(principal),
        principal,
        servicePermissionId: idOf("vpce-svc-perm", serviceId, principal),
        serviceId,
      }));
      return ec2Ok(call.action, { addedPrincipalSet, return: true });
    },
  },
  {
    name: "launch-template-tags",
    why: "moto shows the tags of the template itself among the tag specifications of its data",
    match: is("ec2", "DescribeLaunchTemplateVersions"),
    run: edited((text) =>
      text
        .replace(/<item><resourceType>launch-template<\/resourceType><tagSet>.*?<\/tagSet><\/item>/gs, "")
        .replaceAll("<tagSpecificationSet></tagSpecificationSet>", ""),
    ),
  },
];
