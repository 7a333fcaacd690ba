/** VPCs that nobody listed: their instances are a gap that no other number shows. */

export interface OutsideVpc {
  readonly vpcId: string;
  /** Running or starting. */
  readonly instanceIds: readonly string[];
}

/** Left out on purpose: every VPC that is not listed. */
export const EVERY_VPC = "*";

const NAMED = 20;

/** As `sweep` answers it, the VPC with most instances first. */
export function toldOutside(found: readonly OutsideVpc[]): readonly object[] {
  return [...found]
    .sort((a, b) => b.instanceIds.length - a.instanceIds.length || (a.vpcId < b.vpcId ? -1 : 1))
    .slice(0, NAMED)
    .map(({ vpcId: vpc, instanceIds }) => ({
      vpc,
      instances: instanceIds.length,
      named: [...instanceIds].sort().slice(0, NAMED),
    }));
}
