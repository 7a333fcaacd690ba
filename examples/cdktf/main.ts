// A hub and its clients, each a stack in its own account. What the clients need of the hub goes through its state.
import { AccountStack, App, releaseOf, TerraformOutput, type Construct, type Release } from "./cdk.js";
import { CaptureFleet, MirrorClient, type MirrorClientInputs } from "./modules.js";

const region = "eu-west-1";
const role = "traffic-mirroring-deploy";

interface Network {
  readonly vpc: string;
  /** Zone id → subnet. */
  readonly subnets: Readonly<Record<string, string>>;
}

/** The register: which accounts may send, and the VNI by which captured traffic tells their VPCs apart. */
const clients = {
  payments: {
    account: "222222222222",
    vpcs: {
      main: {
        vni: 101,
        vpc: "vpc-0bbb0000",
        subnets: { "euw1-az1": "subnet-0bb10000", "euw1-az2": "subnet-0bb20000" },
      },
      data: { vni: 102, vpc: "vpc-0ccc0000", subnets: { "euw1-az1": "subnet-0cc10000" } },
    },
    sources: { tags: [{ name: "marked", tags: { Mirror: "true" } }] },
  },
} satisfies Readonly<Record<string, Client>>;

interface Client {
  readonly account: string;
  readonly vpcs: Readonly<Record<string, Network & { readonly vni: number }>>;
  readonly sources: NonNullable<MirrorClientInputs["sources"]>;
}

const eachOf = <T, Of>(all: Readonly<Record<string, T>>, of: (each: T) => Of): Record<string, Of> =>
  Object.fromEntries(Object.entries(all).map(([key, each]) => [key, of(each)]));

class Hub extends AccountStack {
  readonly fleet: CaptureFleet;

  constructor(scope: Construct, release: Release, account: string, network: Network) {
    super(scope, "hub", { account, region, role });
    this.fleet = new CaptureFleet(this, "fleet", release, {
      name: "traffic-capture",
      vpc_id: network.vpc,
      subnets: network.subnets,
      clients: eachOf(clients, ({ account, vpcs }) => ({
        account_id: account,
        vnis: eachOf(vpcs, ({ vni }) => vni),
      })),
    });
    new TerraformOutput(this, "capture_bucket", { value: this.fleet.text("capture_bucket") });
  }
}

/** Endpoints and controller in one stack, so that sessions move before a target goes. */
class ClientStack extends AccountStack {
  constructor(scope: Construct, release: Release, key: string, client: Client, hub: Hub) {
    super(scope, key, { account: client.account, region, role });
    const mirroring = new MirrorClient(this, "client", release, {
      name: "traffic-mirror",
      endpoint_service_name: hub.fleet.text("endpoint_service_name"),
      availability_zones: hub.fleet.value("availability_zones"),
      hub_event_bus_arn: hub.fleet.text("event_bus_arn"),
      vpcs: eachOf(client.vpcs, ({ vpc, subnets, vni }) => ({ vpc_id: vpc, subnets, vni })),
      sources: client.sources,
    });
    new TerraformOutput(this, "event_bus_arn", { value: mirroring.text("event_bus_arn") });
  }
}

const app = new App();
const release = releaseOf(process.env);
const hub = new Hub(app, release, "111111111111", {
  vpc: "vpc-0aaa0000",
  subnets: { "euw1-az1": "subnet-0aa10000", "euw1-az2": "subnet-0aa20000" },
});
for (const [key, client] of Object.entries(clients)) new ClientStack(app, release, key, client, hub);
app.synth();
