import { CreateTrafficMirrorFilterRuleCommand, type TrafficDirection } from "@aws-sdk/client-ec2";
import { refusal } from "../clients.js";
import { seen, unknown, type Finding } from "../model.js";
import { probe } from "../probe.js";
import type { Stage } from "../stage.js";

const TEN = 10;

export const judge = (accepted: number, code: string | undefined): Finding => {
  if (accepted < TEN)
    return unknown(`Only ${accepted} rules of one direction were accepted, then ${code ?? ""}.`);
  return code === undefined
    ? seen("per-direction", "After ten rules in, one out was accepted.")
    : seen("together", `After ten rules in, one out got ${code}.`);
};

const rule = ({ clients }: Stage, filter: string, number: number, direction: TrafficDirection) =>
  refusal(
    clients.ec2.send(
      new CreateTrafficMirrorFilterRuleCommand({
        TrafficMirrorFilterId: filter,
        RuleNumber: number,
        RuleAction: "accept",
        TrafficDirection: direction,
        SourceCidrBlock: "0.0.0.0/0",
        DestinationCidrBlock: "0.0.0.0/0",
      }),
    ),
  );

export const filterRuleQuota = probe("filter-rule-quota", async (stage) => {
  const filter = await stage.newFilter();
  let accepted = 0;
  let code: string | undefined;
  while (accepted < TEN && code === undefined) {
    code = await rule(stage, filter, accepted + 1, "ingress");
    if (code === undefined) accepted += 1;
  }
  if (accepted === TEN) code = await rule(stage, filter, 1, "egress");
  await stage.undo("filter", filter);
  return judge(accepted, code);
});
