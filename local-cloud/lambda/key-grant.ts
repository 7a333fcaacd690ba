/**
 * Lambda grants the use of the environment's key to the role as it is when the function is configured; a role that is made
 * anew is another one under the same name (AWS Lambda developer guide, "Troubleshoot configuration issues").
 */
import type { Switches } from "../types.js";

export const LOST_KEY = {
  errorType: "KMSAccessDeniedException",
  errorMessage:
    "Lambda was unable to decrypt the environment variables because KMS access was denied. Please check the function's KMS " +
    "key settings. KMS Exception: AccessDeniedException KMS Message: The ciphertext refers to a customer master key that " +
    "does not exist, does not exist in this region, or you are not allowed to access.",
};

/** What of a function decides whether its environment can be decrypted. */
interface Configured {
  readonly grantee: string | undefined;
  readonly configuration: {
    readonly Role?: string;
    readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> };
  };
}

/** The id of a role that there is. */
export type RoleId = (arn: string) => Promise<string | undefined>;

export const createKeyGrants = (switches: Pick<Switches, "get">, roleId: RoleId) => {
  const granteeOf = async (role: string | undefined) => (role === undefined ? undefined : roleId(role));
  return {
    granteeOf,
    lost: async ({ grantee, configuration: { Role, Environment } }: Configured): Promise<boolean> => {
      if (grantee === undefined || Object.keys(Environment?.Variables ?? {}).length === 0) return false;
      if (switches.get("role-made-anew") === "keeps-key") return false;
      const now = await granteeOf(Role);
      return now !== undefined && now !== grantee;
    },
  };
};
