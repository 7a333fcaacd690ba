/** Somebody empties the filter: sessions stand and copy nothing. What is known of that today, and how it is put right. */
import {
  DeleteTrafficMirrorFilterRuleCommand,
  DescribeTrafficMirrorFiltersCommand,
} from "@aws-sdk/client-ec2";
import { within, type Stage } from "../stage.js";
import { request, type Fleet, type Server } from "./launch.js";

const emptyFilters = async ({ aws }: Stage): Promise<number> => {
  const { TrafficMirrorFilters = [] } = await aws.ec2.send(new DescribeTrafficMirrorFiltersCommand({}));
  const rules = TrafficMirrorFilters.flatMap(({ IngressFilterRules = [], EgressFilterRules = [] }) => [
    ...IngressFilterRules,
    ...EgressFilterRules,
  ]);
  for (const { TrafficMirrorFilterRuleId } of rules) {
    await aws.ec2.send(new DeleteTrafficMirrorFilterRuleCommand({ TrafficMirrorFilterRuleId }));
  }
  return rules.length;
};

interface Swept {
  readonly mirrored: number;
  readonly uncovered: Readonly<Record<string, number>>;
}

export const tamper = async (stage: Stage, { servers, visitor }: Fleet): Promise<void> => {
  const { screen, world, aws, cloud, outputs, terraform, during } = stage;
  const [server] = servers;
  if (server === undefined) return;
  const gone = await emptyFilters(stage);
  screen.say(
    `somebody deletes the ${gone} rules of the mirror filter, by EC2's API; every session stands as before`,
  );
  const isEmpty = ({ instanceId }: Server): boolean => world.acting(instanceId)?.rules.length === 0;
  await within(30, () => servers.every(isEmpty) || undefined);
  const sessions = await aws.sessions();
  screen.promise(`${servers.length} sessions are there`, sessions.length === servers.length);
  // The first time something may still be under way.
  const silent = await within(20, async () => {
    const { received } = await world.balancer.tell();
    for (const each of servers) await request(visitor, each.host, "/unseen");
    return (await world.balancer.tell()).received === received || undefined;
  });
  screen.promise(
    `${servers.length} more requests are answered, and not one packet of them is copied: the sources are silent`,
    silent === true,
  );
  const { received } = await world.balancer.tell();
  screen.say(
    "what the product knows: each sweep reads the filters, and one that accepts nothing shows at once",
  );
  screen.say(
    "(who it was, and a filter that is only changed, are named after 15 minutes: an apply could explain them)",
  );
  await cloud.idle();
  // A filter counts when two sweeps in a row have found it so: an apply may be changing its rules.
  await aws.invoke<Swept>(outputs.function_names.sweep, {});
  const { uncovered } = await aws.invoke<Swept>(outputs.function_names.sweep, {});
  screen.promise(
    `the second sweep says so of all ${servers.length}: ${JSON.stringify(uncovered)}`,
    Object.values(uncovered).reduce((sum, number) => sum + number, 0) >= servers.length,
  );
  screen.say("terraform apply puts the rules back");
  await during("made again", () => terraform.apply());
  const again = await within(30, async () => {
    await request(visitor, server.host, "/seen-again");
    return (await world.balancer.tell()).received > received || undefined;
  });
  screen.promise("packets are copied again", again === true);
};
