/** A mirror filter as people have one: with a rule, for one without accepts nothing. */
import {
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorFilterRuleCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";

/** Its id. It accepts all IPv4 that comes in. */
export async function makeMirrorFilter(ec2: EC2Client): Promise<string> {
  const { TrafficMirrorFilter } = await ec2.send(new CreateTrafficMirrorFilterCommand({}));
  const TrafficMirrorFilterId = TrafficMirrorFilter?.TrafficMirrorFilterId ?? "";
  await ec2.send(
    new CreateTrafficMirrorFilterRuleCommand({
      TrafficMirrorFilterId,
      TrafficDirection: "ingress",
      RuleNumber: 100,
      RuleAction: "accept",
      SourceCidrBlock: "0.0.0.0/0",
      DestinationCidrBlock: "0.0.0.0/0",
    }),
  );
  return TrafficMirrorFilterId;
}
