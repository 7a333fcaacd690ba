/** A filter of the local cloud made to hold what it is to hold, by EC2's own calls. */
import {
  CreateTrafficMirrorFilterRuleCommand,
  DeleteTrafficMirrorFilterRuleCommand,
  DescribeTrafficMirrorFiltersCommand,
  ModifyTrafficMirrorFilterNetworkServicesCommand,
  type EC2Client,
  type TrafficMirrorNetworkService,
} from "@aws-sdk/client-ec2";
import type { FilterContents } from "../model/shapes.js";

export async function setFilter(
  ec2: EC2Client,
  TrafficMirrorFilterId: string,
  { rules, services }: FilterContents,
): Promise<void> {
  const { TrafficMirrorFilters: [filter] = [] } = await ec2.send(
    new DescribeTrafficMirrorFiltersCommand({ TrafficMirrorFilterIds: [TrafficMirrorFilterId] }),
  );
  const { IngressFilterRules = [], EgressFilterRules = [], NetworkServices = [] } = filter ?? {};
  for (const { TrafficMirrorFilterRuleId } of [...IngressFilterRules, ...EgressFilterRules]) {
    await ec2.send(new DeleteTrafficMirrorFilterRuleCommand({ TrafficMirrorFilterRuleId }));
  }
  for (const rule of rules) {
    await ec2.send(
      new CreateTrafficMirrorFilterRuleCommand({
        TrafficMirrorFilterId,
        TrafficDirection: rule.direction,
        RuleNumber: rule.number,
        RuleAction: rule.action,
        Protocol: rule.protocol,
        SourceCidrBlock: "0.0.0.0/0",
        DestinationCidrBlock: "0.0.0.0/0",
      }),
    );
  }
  await ec2.send(
    new ModifyTrafficMirrorFilterNetworkServicesCommand({
      TrafficMirrorFilterId,
      AddNetworkServices: services as TrafficMirrorNetworkService[],
      RemoveNetworkServices: NetworkServices.filter((service) => !services.includes(service)),
    }),
  );
}
