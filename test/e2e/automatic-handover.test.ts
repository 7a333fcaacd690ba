/** From endpoints in the state to endpoints that follow, and back: the procedure of mirror-endpoint's README. */
import { A, AutomaticWorld } from "./automatic-world.js";

const world = new AutomaticWorld("automatic-handover");

describe("handing over", () => {
  const byTerraform = () => world.variables({ management: "terraform", subnets: { a: first } });
  const session = async () => {
    const [found] = await world.aws.sessions();
    return [found?.TrafficMirrorSessionId, found?.TrafficMirrorTargetId];
  };
  let before: Awaited<ReturnType<typeof session>>;
  let first = "";

  beforeAll(async () => {
    await world.start();
    first = await world.subnet(A);
    await world.aws.launch({ subnetId: first });
  });
  afterAll(() => world.stop());

  test("from Terraform to the function, as the README has it, moves no session", async () => {
    await world.terraform.apply(byTerraform());
    await world.sweep();
    before = await session();
    const [, targetId = ""] = before;
    expect(targetId).toMatch(/^tmt-/);
    const made = await world.listed();
    await world.handOver(made.endpoints[0] ?? "", targetId);
    await world.terraform.forget(
      'module.mirror_endpoint.aws_vpc_endpoint.this["prod/a"]',
      'module.mirror_endpoint.aws_ec2_traffic_mirror_target.this["prod/a"]',
    );
    await world.cloud.setSwitches({ "endpoints-per-zone": "one" }); // the function must make no second one
    await world.terraform.apply(world.variables());
    await world.minutes(2);
    expect(await session()).toEqual(before);
    expect(await world.listed()).toEqual(made);
    await world.cloud.setSwitches({ "endpoints-per-zone": "many" });
  });

  test("and back, where a zone takes several: the session moves, and the function's own go", async () => {
    const [id, old] = before;
    await world.terraform.apply(byTerraform());
    const [same, target] = await session();
    expect([same, target]).toEqual([id, expect.not.stringMatching(old ?? "")]);
    expect((await world.listed()).targets).not.toContain(old);
    await world.terraform.destroy(byTerraform());
    expect(await world.listed()).toEqual({ endpoints: [], targets: [] });
    expect(await world.cloud.denials()).toEqual([]);
  });
});
