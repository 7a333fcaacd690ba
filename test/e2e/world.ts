/**
 * The one deployment that every scenario of the suite shares: examples/single-account, applied once through the
 * real provider against the local cloud. Scenarios run in the order in which they are listed, and each leaves the
 * deployment as it found it unless it says otherwise.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { TerminateInstancesCommand, type TrafficMirrorSession } from "@aws-sdk/client-ec2";
import {
  GetFunctionConfigurationCommand,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { root } from "../../scripts/lib/run.js";
import {
  DEFAULT_ACCOUNT,
  DEFAULT_REGION,
  startLocalCloud,
  type LocalCloud,
} from "../../local-cloud/index.js";
import { createAws, tagsOf, type Aws, type Launched, type LaunchOptions } from "../support/aws.js";
import { makeEventual } from "../support/eventual.js";
import { LOCAL_PROVIDER, TerraformRoot, type Variables } from "../support/terraform.js";

export const WHERE = { account: DEFAULT_ACCOUNT, region: DEFAULT_REGION };
/** What the example's rule selects. */
export const MARKED = { Mirror: "true" };

export interface Outputs {
  readonly source_vpc_id: string;
  /** Zone → subnet. */
  readonly source_subnets: Readonly<Record<string, string>>;
  readonly vpcs: {
    readonly source: {
      readonly filter_id: string;
      readonly vni: number;
      readonly targets: Readonly<Record<string, { target_id: string; availability_zone: string }>>;
    };
  };
  readonly function_names: { readonly reconcile: string; readonly sweep: string };
  readonly policy_parameter_name: string;
  readonly apply_summary: { readonly complete: boolean; readonly selected: number };
}

/** The defaults are slow on purpose; a burst of a hundred would wait for a minute. Pace has its own tests. */
const FAST = `module "traffic_mirroring" {
  pace = { events_per_second = 500, events_burst = 500, sweep_per_second = 500, sweep_burst = 500 }
}
`;

type InZone = Partial<LaunchOptions> & { readonly zone?: string };

export class World {
  cloud!: LocalCloud;
  terraform!: TerraformRoot;
  aws!: Aws;
  outputs!: Outputs;
  /** What the deployment was last applied with. */
  variables: Variables = {};
  /** Of the applies so far, in seconds, for the closing line. */
  readonly times: Record<string, number> = {};
  /** Calls to EC2 of the scenarios that count them, for the same. */
  readonly counts: Record<string, Record<string, number>> = {};

  async start(): Promise<void> {
    const logFile = join(root, "reports", "e2e-cloud.log");
    rmSync(logFile, { force: true });
    this.cloud = await startLocalCloud({ logFile });
    // Sweeps run when a scenario fires them, so that what heals is known to be the sweep or the event.
    await this.cloud.setSchedules({ paused: true });
    await this.cloud.settings({ retryAfterSeconds: 1 });
    await makeEventual(this.cloud);
    this.aws = createAws(this.cloud.env());
    this.terraform = new TerraformRoot({
      example: "examples/single-account",
      name: "e2e",
      env: this.cloud.env(),
      overrides: { provider: LOCAL_PROVIDER, pace: FAST },
    });
    await this.terraform.init();
    await this.apply("apply");
  }

  async stop(): Promise<void> {
    await (this.cloud as LocalCloud | undefined)?.stop();
    (this.terraform as TerraformRoot | undefined)?.remove();
  }

  /** Applies with these variables beside those of earlier applies. */
  async apply(label: string, change: Variables = {}): Promise<void> {
    this.variables = { ...this.variables, ...change };
    await this.timed(label, () => this.terraform.apply(this.variables));
    this.outputs = await this.terraform.outputs<Outputs>();
  }

  async timed(label: string, work: () => Promise<void>): Promise<void> {
    const began = performance.now();
    await work();
    this.times[label] = Math.round((performance.now() - began) / 1000);
  }

  get zones(): readonly string[] {
    return Object.keys(this.outputs.source_subnets).sort();
  }

  subnet(zone: string): string {
    const id = this.outputs.source_subnets[zone];
    if (id === undefined) throw new Error(`the example has no subnet in ${zone}`);
    return id;
  }

  target(zone: string): string | undefined {
    return this.outputs.vpcs.source.targets[zone]?.target_id;
  }

  /** Launches into a zone, by default the first, and waits until its events have been worked off. */
  async launch(options: InZone = {}): Promise<Launched> {
    const [launched] = await this.launchAll([options]);
    if (launched === undefined) throw new Error("nothing was launched");
    return launched;
  }

  async launchAll(all: readonly InZone[]): Promise<readonly Launched[]> {
    const launched = await Promise.all(
      all.map(({ zone = this.zones[0] ?? "", ...rest }) =>
        this.aws.launch({ subnetId: this.subnet(zone), tags: MARKED, ...rest }),
      ),
    );
    await this.cloud.idle();
    return launched;
  }

  async terminate(...launched: readonly Launched[]): Promise<void> {
    const InstanceIds = launched.map(({ instanceId }) => instanceId);
    await this.aws.ec2.send(new TerminateInstancesCommand({ InstanceIds }));
    await this.cloud.idle();
  }

  /** Sessions on these interfaces, ours and others', by number. */
  async sessionsOn(interfaceIds: readonly string[]): Promise<readonly TrafficMirrorSession[]> {
    const all = await this.aws.sessions();
    return all
      .filter(({ NetworkInterfaceId }) => interfaceIds.includes(NetworkInterfaceId ?? ""))
      .sort((a, b) => (a.SessionNumber ?? 0) - (b.SessionNumber ?? 0));
  }

  async oursOn(interfaceIds: readonly string[]): Promise<readonly TrafficMirrorSession[]> {
    return (await this.sessionsOn(interfaceIds)).filter(isOurs);
  }

  /** Lets the schedule come when what was done has reached every list, and waits until the sweep is done. */
  async sweep(): Promise<void> {
    await this.cloud.settle();
    const fired = await this.cloud.fireSchedule(this.outputs.function_names.sweep);
    if (!fired) throw new Error("there is no enabled schedule for the sweep");
    await this.cloud.idle();
  }

  /** Holds the events queue while `work` fills it: its messages then go out in full batches. */
  async inFullBatches(work: () => Promise<void>): Promise<void> {
    const { EventSourceMappings = [] } = await this.aws.lambda.send(new ListEventSourceMappingsCommand({}));
    const reader = `:${this.outputs.function_names.reconcile}`;
    const mapping = EventSourceMappings.find(({ FunctionArn }) => FunctionArn?.endsWith(reader));
    const set = async (Enabled: boolean) => {
      await this.aws.lambda.send(new UpdateEventSourceMappingCommand({ UUID: mapping?.UUID, Enabled }));
    };
    await set(false);
    try {
      await work();
      await this.cloud.idle();
      await this.cloud.resetCounts();
    } finally {
      await set(true);
    }
    await this.cloud.idle();
  }

  /** Ends the functions' processes, so that the next run of each is a cold start with nothing cached. */
  async freshFunctions(): Promise<void> {
    for (const FunctionName of Object.values(this.outputs.function_names)) {
      const { Description } = await this.aws.lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName }),
      );
      await this.aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Description }));
    }
  }

  /** Calls to EC2 since the counts were reset. */
  async ec2Calls(): Promise<{
    reads: number;
    creates: number;
    mutations: number;
    by: Record<string, number>;
  }> {
    const { actions } = await this.cloud.counts();
    const by = Object.fromEntries(
      Object.entries(actions).flatMap(([name, { calls }]) =>
        name.startsWith("ec2:") ? [[name.slice("ec2:".length), calls]] : [],
      ),
    );
    const sum = (pattern: RegExp) =>
      Object.entries(by).reduce((total, [name, calls]) => total + (pattern.test(name) ? calls : 0), 0);
    return {
      reads: sum(/^Describe/),
      creates: sum(/^CreateTrafficMirrorSession$/),
      mutations: sum(/^(?!Describe)/),
      by,
    };
  }

  /** The values of a metric since records were cleared, one per run; of one function where a name is given. */
  async metric(name: string, functionName?: string): Promise<readonly number[]> {
    return (await this.cloud.metrics(functionName))
      .filter((metric) => metric.name === name)
      .flatMap(({ values }) => values);
  }
}

export const isOurs = (session: TrafficMirrorSession): boolean =>
  tagsOf(session.Tags)["traffic-mirror:controller"] === "traffic-mirror";
