/**
 * Subnets that Terraform replaces under the endpoints in them. An endpoint is made anew before the old one goes, and
 * Terraform then treats what it depends on alike, the caller's subnets among it ("create_before_destroy", Terraform
 * language): a subnet of the same CIDR cannot be made while the old one is there.
 */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { DEFAULT_ACCOUNT, startLocalCloud, type LocalCloud } from "../../local-cloud/index.js";
import { makeEventual } from "../support/eventual.js";
import { offerService } from "../support/hub.js";
import { LOCAL_PROVIDER, TerraformError, TerraformRoot } from "../support/terraform.js";

const HUB = "222222222222";
const ZONES = ["eu-west-1a", "eu-west-1b", "eu-west-1c"] as const;
const A = { zone: "eu-west-1a", cidr: "10.90.0.0/24" };
const B = { zone: "eu-west-1b", cidr: "10.90.1.0/24" };

interface Outputs {
  readonly subnets: Readonly<Record<string, string>>;
  readonly vpcs: {
    readonly main: {
      readonly targets: Readonly<
        Record<string, { readonly target_id: string; readonly availability_zone: string }>
      >;
    };
  };
}

let cloud: LocalCloud;
let terraform: TerraformRoot;
let service: string;

const apply = async (subnets: Readonly<Record<string, object>>): Promise<Outputs> => {
  await terraform.apply({ endpoint_service_name: service, subnets });
  return terraform.outputs<Outputs>();
};
const zonesOf = ({ vpcs }: Outputs) =>
  Object.fromEntries(Object.entries(vpcs.main.targets).map(([key, each]) => [key, each.availability_zone]));

beforeAll(async () => {
  cloud = await startLocalCloud();
  await makeEventual(cloud);
  await cloud.setSwitches({ "endpoint-behind-target": "kept", "endpoint-availability": "pending" });
  service = await offerService(cloud.env(HUB), "hub", ZONES, [`arn:aws:iam::${DEFAULT_ACCOUNT}:root`]);
  terraform = new TerraformRoot({
    example: "test/e2e/roots/subnets",
    name: "e2e-subnets",
    env: cloud.env(),
    overrides: { provider: LOCAL_PROVIDER },
  });
  await terraform.init();
});

afterAll(async () => {
  await (cloud as LocalCloud | undefined)?.stop();
  (terraform as TerraformRoot | undefined)?.remove();
});

test("a subnet that changes its zone under one CIDR is refused by EC2, and nothing is lost", async () => {
  const before = await apply({ a: A, b: B });
  const said = await apply({ a: A, b: { ...B, zone: "eu-west-1c" } }).then(
    () => "",
    (error: unknown) => {
      if (!(error instanceof TerraformError)) throw error;
      return error.message;
    },
  );
  expect(said).toMatch(/InvalidSubnet\.Conflict/);
  expect(await apply({ a: A, b: B })).toEqual(before);
});

test("without the subnet first, and with it again then, endpoint and target are in its new zone", async () => {
  const without = await apply({ a: A });
  expect(zonesOf(without)).toEqual({ a: "eu-west-1a" });
  const again = await apply({ a: A, b: { ...B, zone: "eu-west-1c" } });
  expect(zonesOf(again)).toEqual({ a: "eu-west-1a", b: "eu-west-1c" });
  // The zone that was not touched kept its own all the time.
  expect(again.vpcs.main.targets["a"]).toEqual(without.vpcs.main.targets["a"]);
});

test("with another CIDR, one apply is enough", async () => {
  const before = await terraform.outputs<Outputs>();
  const after = await apply({ a: A, b: { zone: "eu-west-1b", cidr: "10.90.2.0/24" } });
  expect(zonesOf(after)).toEqual({ a: "eu-west-1a", b: "eu-west-1b" });
  expect(after.vpcs.main.targets["a"]).toEqual(before.vpcs.main.targets["a"]);
  expect(after.subnets["b"]).not.toBe(before.subnets["b"]);
  await terraform.destroy({ endpoint_service_name: service, subnets: { a: A } });
  expect(await terraform.resources()).toEqual([]);
});
