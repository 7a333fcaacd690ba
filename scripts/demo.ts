/**
 * `make demo`: the product at its main job, on this machine, start to finish. Real Terraform with the real AWS
 * provider applies examples/single-account, and the functions' bundles run as deployed; AWS itself is a local cloud.
 * Ends with 0 when everything was as promised.
 */
import {
  DeleteTrafficMirrorSessionCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { startLocalCloud, type LocalCloud } from "../local-cloud/index.js";
import { createAws } from "../test/support/aws.js";
import { killTerraform, LOCAL_PROVIDER, TerraformRoot } from "../test/support/terraform.js";
import { launchFleet, showFleet, type Outputs } from "./demo/fleet.js";
import { Progress } from "./demo/progress.js";
import { minutes, Screen } from "./demo/screen.js";

const screen = new Screen(7);
let cloud: LocalCloud | undefined;
let terraform: TerraformRoot | undefined;

const cleanUp = async (): Promise<void> => {
  killTerraform();
  await cloud?.stop();
  terraform?.remove();
};

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    screen.line("\ninterrupted: everything that was started ends");
    void cleanUp().finally(() => process.exit(130));
  });
}

const demo = async (): Promise<void> => {
  screen.line("Fleet-wide VPC Traffic Mirroring, from an empty account to an empty account.");
  screen.line(
    "Real: Terraform, the AWS provider, the Lambda bundles. Local: AWS. Nothing leaves this machine.",
  );
  screen.line(
    "It takes about three minutes, and most of them are the AWS provider's own waiting: it lets queues,",
  );
  screen.line("a load balancer and a bucket settle for up to a minute each, as it must in AWS.");

  screen.chapter("A local cloud starts");
  cloud = await startLocalCloud({ log: (line) => screen.say(line) });
  // Sweeps are each minute; here they come when the demo says so, that one sees what each does.
  await cloud.setSchedules({ paused: true });
  screen.say(`it listens on ${cloud.url}`);

  screen.chapter("terraform apply of examples/single-account");
  screen.say(
    "a VPC to mirror with subnets in three zones and endpoints in two; a VPC with the capture fleet;",
  );
  screen.say('the rule "marked": every instance with the tag Mirror = true');
  let watch: Progress = new Progress(screen, "made");
  terraform = new TerraformRoot({
    example: "examples/single-account",
    name: "demo",
    env: cloud.env(),
    overrides: { provider: LOCAL_PROVIDER },
    onLine: (line) => watch.onLine(line),
  });
  const root = terraform;
  await root.init();
  await watch.during(() => root.apply());
  const again = await root.plan();
  screen.promise("a second plan is empty", again.length === 0, again.join(", "));
  const outputs = await root.outputs<Outputs>();
  const aws = createAws(cloud.env());
  const context = { cloud, aws, outputs, screen };

  screen.chapter("A fleet is launched, and sessions appear");
  screen.say(
    "each launch is an event of EC2 that goes by event bus, rule and queue to a function, which makes the session",
  );
  const fleet = await launchFleet(context);

  screen.chapter("A session is deleted by hand, and heals");
  const [victim] = await aws.sessions();
  const interfaceId = victim?.NetworkInterfaceId ?? "";
  await aws.ec2.send(
    new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: victim?.TrafficMirrorSessionId }),
  );
  const sessionOf = async () =>
    (await aws.sessions()).find((each) => each.NetworkInterfaceId === interfaceId);
  screen.say(
    `${victim?.TrafficMirrorSessionId ?? ""} on ${interfaceId} is deleted; no event tells the functions`,
  );
  screen.promise("the session is gone", (await sessionOf()) === undefined);
  const began = performance.now();
  await cloud.fireSchedule(outputs.function_names.sweep);
  await cloud.idle();
  const healed = await sessionOf();
  const took = ((performance.now() - began) / 1000).toFixed(1);
  screen.promise(
    `the next sweep (they come each minute) made ${healed?.TrafficMirrorSessionId ?? "nothing"} in ${took} s`,
    healed !== undefined,
  );

  screen.chapter("Instances come to an end");
  const ids = (...names: string[]) =>
    fleet.filter(({ name }) => names.includes(name)).map(({ instanceId }) => instanceId);
  await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: ids("web-2", "firewall") }));
  await aws.ec2.send(new StopInstancesCommand({ InstanceIds: ids("batch") }));
  await cloud.idle();
  screen.say("web-2 and firewall are terminated, batch is stopped");
  const left = (await aws.sessions()).map((each) => each.NetworkInterfaceId ?? "").sort();
  const expected = fleet
    .filter(({ name }) => ["web-1", "database"].includes(name))
    .flatMap(({ interfaceIds }) => interfaceIds);
  screen.promise("their sessions are gone, the others stay", String(left) === String(expected.sort()));

  screen.chapter("Every interface, mirrored or not, and why");
  await showFleet(context, fleet);
  const dlq = await aws.queued(`${outputs.function_names.reconcile.replace(/-reconcile$/, "")}-events-dlq`);
  screen.promise("nothing waits in the dead-letter queue", dlq === 0, `${dlq} messages`);

  screen.chapter("terraform destroy, which takes the sessions away first");
  watch = new Progress(screen, "destroyed");
  await watch.during(() => root.destroy());
  const inventory = await aws.inventory();
  for (const [kind, found] of Object.entries(inventory)) {
    screen.promise(`no ${kind} left`, found.length === 0, found.join(", "));
  }
  const gaps = await cloud.gaps();
  screen.promise(
    "the local cloud could answer every call",
    gaps.length === 0,
    JSON.stringify(gaps.slice(0, 3)),
  );
};

try {
  await demo();
  process.exitCode = screen.close() ? 0 : 1;
} catch (error) {
  console.error(
    `\nThe demo stopped after ${minutes(screen.elapsed)}: ${error instanceof Error ? error.message : String(error)}`,
  );
  process.exitCode = 1;
} finally {
  await cleanUp();
}
