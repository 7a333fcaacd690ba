import {
  DeleteTrafficMirrorFilterRuleCommand,
  DescribeTrafficMirrorFiltersCommand,
} from "@aws-sdk/client-ec2";
import type { Case } from "../case.js";

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
    let told = "without a trail nobody is told at once";
    if (stage.extras.trail) {
      const report = () => stage.published.holding("Mirror Filter Tampered", filter);
      const { seconds } = await stage.until("the report of it", 900, report, (all) => all.length > 0);
      told = `it was reported after ${seconds} s`;
    }
    const planned = await stage.terraform.plan(1);
    if (planned.length === 0) throw new Error("a plan does not see that a rule of the filter is gone");
    await stage.terraform.apply(1);
    const rest = await stage.terraform.plan(1);
    if (rest.length > 0 || (await rules()).length === 0)
      throw new Error(`after an apply: ${rest.join(", ")}`);
    return `A rule was deleted by hand: ${told}, a plan saw it, and an apply put it back.`;
  },
};
