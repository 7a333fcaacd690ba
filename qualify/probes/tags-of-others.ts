import { DescribeTrafficMirrorTargetsCommand, type Tag } from "@aws-sdk/client-ec2";
import type { Clients } from "../clients.js";
import { seen, unknown, unproven, type Finding } from "../model.js";
import { probe } from "../probe.js";

export const judge = (owners: readonly Tag[] | undefined, ours: readonly Tag[] | undefined): Finding => {
  if (owners === undefined || owners.length === 0)
    return unknown("The shared target has no tags in its own account.");
  if (ours === undefined) return unknown("This account does not list the shared target.");
  return ours.length === 0
    ? seen("hidden", "This account lists the shared target without its tags.")
    : seen("shown", "This account lists the shared target with its tags.");
};

export const tagsOfOthers = probe("tags-of-others", async ({ clients, second, extras: { sharedTarget } }) => {
  if (second === undefined || sharedTarget === undefined) {
    return unproven("SECOND_PROFILE and SHARED_TARGET named no account that shares a mirror target.");
  }
  const tagsIn = async ({ ec2 }: Clients) => {
    const { TrafficMirrorTargets = [] } = await ec2.send(new DescribeTrafficMirrorTargetsCommand({}));
    const found = TrafficMirrorTargets.find((each) => each.TrafficMirrorTargetId === sharedTarget);
    return found && (found.Tags ?? []);
  };
  return judge(await tagsIn(second.clients), await tagsIn(clients));
});
