import {
  DeleteTrafficMirrorFilterRuleCommand,
  DescribeTrafficMirrorFiltersCommand,
} from "@aws-sdk/client-ec2";
import type { Case } from "../case.js";

/** Nobody is told of what an apply puts right within a quarter of an hour (docs/operations.md, "Tampering"). */
export const filterDrift: Case = {
  name: "filter drift",
  play: async (stage) => {
    const { ec2 } = stage.clients;
    const filter = stage.outputs.vpcs.client.filter_id;
    const rules = async () => {
      const { TrafficMirrorFilters = [] } = await ec2.send(
        new DescribeTrafficMirrorFiltersCommand({ TrafficMirrorFilterIds: [filter] }),
      );
      return TrafficMirrorFilters[0]?.IngressFilterRules ?? [];
    };
    const [rule] = await rules();
    await ec2.send(
      new DeleteTrafficMirrorFilterRuleCommand({
        TrafficMirrorFilterRuleId: rule?.TrafficMirrorFilterRuleId ?? "",
      }),
    );
    const planned = await stage.terraform.plan(1);
    if (planned.length === 0) throw new Error("a plan does not see that a rule of the filter is gone");
    await stage.terraform.apply(1);
    const rest = await stage.terraform.plan(1);
    if (rest.length > 0 || (await rules()).length === 0)
      throw new Error(`after an apply: ${rest.join(", ")}`);
    return "A rule was deleted by hand: a plan saw it, and an apply put it back.";
  },
};
