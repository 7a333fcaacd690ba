/** By which tags a run knows what is its own. */
import type { ResourceType, TagSpecification } from "@aws-sdk/client-ec2";

/** Key of the tag, with the run's name, of what the SDK made; what Terraform made has `qualification` alone. */
export const OWN_TAG = "qualification-probe";
export const RUN_TAG = "qualification";

export const tagged = (
  run: string,
  type: ResourceType,
  more: Readonly<Record<string, string>> = {},
): TagSpecification[] => {
  const all = { [RUN_TAG]: run, [OWN_TAG]: run, ...more };
  return [{ ResourceType: type, Tags: Object.entries(all).map(([Key, Value]) => ({ Key, Value })) }];
};
