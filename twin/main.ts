/**
 * `make demo-traffic`: the whole promise with real packets, on this machine. Terraform with the real provider applies
 * examples/single-account to a local cloud; what EC2 and Auto Scaling say there is gets a body here, in which packets flow
 * as its sessions say. Ends with 0 when everything was as promised. `--defaults`: with the intervals that ship.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { S3Client } from "@aws-sdk/client-s3";
import { startLocalCloud, type LocalCloud } from "../local-cloud/index.js";
import { Progress } from "../scripts/demo/progress.js";
import { minutes, Screen } from "../scripts/demo/screen.js";
import { root } from "../scripts/lib/run.js";
import { createAws } from "../test/support/aws.js";
import { killTerraform, LOCAL_PROVIDER, TerraformRoot } from "../test/support/terraform.js";
import { raiseAlert } from "./chapters/alert.js";
import { comeToAnEnd } from "./chapters/end.js";
import { failOver } from "./chapters/failover.js";
import { findRequest } from "./chapters/find.js";
import { launchFleet } from "./chapters/launch.js";
import { readyNodes } from "./chapters/nodes.js";
import { tamper } from "./chapters/tamper.js";
import { SHIPPED, SHORT } from "./intervals.js";
import { kernelLacks, missing } from "./machine/requirements.js";
import type { Outputs, Stage } from "./stage.js";
import { World } from "./world.js";

const LOGS = join(root, "reports", "twin");
const screen = new Screen(9);
const intervals = process.argv.includes("--defaults") ? SHIPPED : SHORT;

let cloud: LocalCloud | undefined;
let world: World | undefined;
let terraform: TerraformRoot | undefined;

const cleanUp = async (): Promise<void> => {
  killTerraform();
  await world?.strike();
  await cloud?.stop();
  terraform?.remove();
};

const clientsOf = (running: LocalCloud) => {
  const env = running.env();
  const options = {
    endpoint: running.url,
    region: env["AWS_REGION"] ?? "",
    credentials: { accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "", secretAccessKey: "local" },
  };
  return {
    aws: createAws(env),
    s3: new S3Client({ ...options, forcePathStyle: true }),
    scaling: new AutoScalingClient(options),
  };
};

const demonstrate = async (): Promise<void> => {
  screen.line(
    "What is mirrored arrives: real packets, from a web server's interface to a line in the bucket.",
  );
  screen.line("Real: Terraform, the AWS provider, the Lambda bundles, the nodes' programs, every packet.");
  screen.line("Local: AWS, and a namespace in place of each machine. Nothing leaves this one.");

  screen.chapter("A local cloud starts");
  cloud = await startLocalCloud({ log: (line) => screen.say(line) });
  // The node's own agent proves its data path and completes the launch; nobody does it for it.
  await cloud.settings({ agents: false });
  for (const line of intervals.said) screen.say(line);

  screen.chapter("terraform apply of examples/single-account, with two capture nodes");
  rmSync(LOGS, { recursive: true, force: true });
  mkdirSync(LOGS, { recursive: true });
  const clients = clientsOf(cloud);
  world = await World.raise({
    ...clients,
    cloudUrl: cloud.url,
    nodeSettings: intervals.nodeSettings,
    logs: LOGS,
    trouble: (text) => screen.say(`trouble: ${text.slice(0, 600)}`),
  });
  let watch = new Progress(screen, "made");
  const during = (verb: string, work: () => Promise<void>): Promise<void> => {
    watch = new Progress(screen, verb);
    return watch.during(work);
  };
  const applied = new TerraformRoot({
    example: "examples/single-account",
    name: "twin",
    env: cloud.env(),
    overrides: {
      provider: LOCAL_PROVIDER,
      twin: `module "traffic_mirroring" {\n${intervals.overrides}}\n`,
    },
    onLine: (line) => watch.onLine(line),
  });
  terraform = applied;
  await applied.init();
  await during("made", () => applied.apply());
  const outputs = await applied.outputs<Outputs>();
  const stage: Stage = {
    ...{ screen, cloud, world, outputs, intervals, ...clients },
    terraform: applied,
    during,
    logs: LOGS,
  };

  screen.chapter("The capture nodes");
  await readyNodes(stage);
  screen.chapter("Web servers are launched, and sessions appear");
  const fleet = await launchFleet(stage);
  screen.chapter("A request is made, and found in the bucket");
  await findRequest(stage, fleet);
  screen.chapter("An attack is tried");
  await raiseAlert(stage, fleet);
  screen.chapter("The filter is tampered with");
  await tamper(stage, fleet);
  screen.chapter("A node is killed, and its flows move");
  await failOver(stage, fleet);
  screen.chapter("Everything is taken down");
  await comeToAnEnd(stage);
};

const lacking = missing() ?? (await kernelLacks());
if (lacking !== undefined) {
  console.error(lacking);
  process.exit(1);
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    screen.line("\ninterrupted: everything that was started ends");
    void cleanUp().finally(() => process.exit(130));
  });
}
try {
  await demonstrate();
  process.exitCode = screen.close() ? 0 : 1;
} catch (error) {
  console.error(
    `\nThe demonstration stopped after ${minutes(screen.elapsed)}: ${error instanceof Error ? error.message : String(error)}`,
  );
  process.exitCode = 1;
} finally {
  await cleanUp();
}
