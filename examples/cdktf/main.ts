// A hub and its clients, each a stack in its own account. What the clients need of the hub goes through its state.
import { AccountStack, App, releaseOf, TerraformOutput, type Construct, type Release } from "./cdk.js";
import { CaptureFleet, MirrorController, MirrorEndpoint, type MirrorControllerInputs } from "./modules.js";

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
    vni: 101,
    network: {
      vpc: "vpc-0bbb0000",
      subnets: { "euw1-az1": "subnet-0bb10000", "euw1-az2": "subnet-0bb20000" },
    },
    sources: { tags: [{ name: "marked", tags: { Mirror: "true" } }] },
  },
} satisfies Readonly<Record<string, Client>>;

interface Client {
  readonly account: string;
  readonly vni: number;
  readonly network: Network;
  readonly sources: NonNullable<MirrorControllerInputs["sources"]>;
}

class Hub extends AccountStack {
  readonly fleet: CaptureFleet;

  constructor(scope: Construct, release: Release, account: string, network: Network) {
    super(scope, "hub", { account, region, role });
    this.fleet = new CaptureFleet(this, "fleet", release, {
      name: "traffic-capture",
      vpc_id: network.vpc,
      subnets: network.subnets,
      clients: Object.fromEntries(
        Object.entries(clients).map(([key, client]) => [
          key,
          { account_id: client.account, vnis: { main: client.vni } },
        ]),
      ),
    });
    new TerraformOutput(this, "capture_bucket", { value: this.fleet.text("capture_bucket") });
  }
}

/** Endpoints and controller in one stack, so that sessions move before a target goes. */
class ClientStack extends AccountStack {
  constructor(scope: Construct, release: Release, key: string, client: Client, hub: Hub) {
    super(scope, key, { account: client.account, region, role });
    const endpoint = new MirrorEndpoint(this, "endpoint", release, {
      name: "traffic-mirror",
      endpoint_service_name: hub.fleet.text("endpoint_service_name"),
      availability_zones: hub.fleet.value("availability_zones"),
      vpcs: {
        main: { vpc_id: client.network.vpc, subnets: client.network.subnets, vni: client.vni },
      },
    });
    const controller = new MirrorController(this, "controller", release, {
      name: "traffic-mirror",
      vpcs: endpoint.value("vpcs"),
      sources: client.sources,
      hub_event_bus_arn: hub.fleet.text("event_bus_arn"),
    });
    new TerraformOutput(this, "event_bus_arn", { value: controller.text("event_bus_arn") });
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
