import { DescribeTrafficMirrorSessionsCommand } from "@aws-sdk/client-ec2";
import { refusal } from "../clients.js";
import { acceptedOrRefused } from "../judge.js";
import { probe } from "../probe.js";
import { OWN_TAG } from "../tags.js";

export const trafficMirrorTagFilters = probe("traffic-mirror-tag-filters", async ({ clients, run }) => {
  const Filters = [{ Name: `tag:${OWN_TAG}`, Values: [run] }];
  const code = await refusal(clients.ec2.send(new DescribeTrafficMirrorSessionsCommand({ Filters })));
  return acceptedOrRefused("A list of sessions filtered by a tag", code);
});
