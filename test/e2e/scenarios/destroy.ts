import { DeleteFunctionCommand, GetFunctionCommand } from "@aws-sdk/client-lambda";
import { TerraformError } from "../../support/terraform.js";
import { isOurs, MARKED, type World } from "../world.js";

export const destroy = (world: World): void => {
  test("functions that somebody deleted are made again by an apply, with all that Lambda keeps of them", async () => {
    const { lambda } = world.aws;
    const names = Object.values(world.outputs.function_names);
    for (const FunctionName of names) await lambda.send(new DeleteFunctionCommand({ FunctionName }));
    await world.apply("apply after functions were deleted");
    for (const FunctionName of names) await lambda.send(new GetFunctionCommand({ FunctionName }));
    expect(await world.terraform.plan(world.variables)).toEqual([]);
    // Events and sweeps reach them as before.
    // By the first policy and by the one that scenarios before have left.
    const launched = await world.launch({ tags: { ...MARKED, Team: "last" } });
    expect(await world.oursOn(launched.interfaceIds)).toHaveLength(1);
    await world.sweep();
    await world.terminate(launched);
  });

  test("a drain that cannot finish fails with the number that is left", async () => {
    const launched = await world.launch({ tags: { Team: "last" }, interfaces: 3 });
    expect(await world.oursOn(launched.interfaceIds)).toHaveLength(3);
    const all = (await world.aws.sessions()).filter(isOurs).length;
    // Two of them EC2 does not delete, however often the SDK tries.
    const broken = { action: "ec2:DeleteTrafficMirrorSession", status: 503, code: "Unavailable" };
    const [, ...kept] = await world.oursOn(launched.interfaceIds);
    await world.cloud.interfere({
      faults: kept.map((each) => ({
        ...broken,
        params: { TrafficMirrorSessionId: each.TrafficMirrorSessionId ?? "" },
      })),
    });
    let said = "";
    await world.timed("destroy, interrupted", () =>
      world.terraform.destroy(world.variables).catch((error: unknown) => {
        if (!(error instanceof TerraformError)) throw error;
        said = error.message;
      }),
    );
    await world.cloud.interfere({});
    expect(said).toContain(`${all - 2} sessions removed, 2 are left (Unavailable: `);
    expect(said).toContain("); run destroy again to go on");
    expect((await world.aws.sessions()).filter(isOurs)).toHaveLength(2);
  });

  test("running destroy again goes on, and leaves nothing but what strangers made", async () => {
    const strangers = (await world.aws.sessions()).filter((each) => !isOurs(each));
    expect(strangers).not.toEqual([]);
    await world.timed("destroy", () => world.terraform.destroy(world.variables));
    expect(await world.terraform.resources()).toEqual([]);
    expect(await world.aws.sessions()).toEqual(strangers);
    const left = await world.aws.inventory();
    expect(left).toEqual({
      sessions: strangers.map((each) => each.TrafficMirrorSessionId),
      targets: expect.not.arrayContaining(Object.values(world.outputs.vpcs.source.targets)),
      filters: [strangers[0]?.TrafficMirrorFilterId],
      endpoints: [],
      functions: [],
      queues: [],
      tables: [],
      "log groups": [],
    });
    expect(left["targets"]).toHaveLength(2); // both made by scenarios, on interfaces
  });

  test("no function was refused by its role, no event was lost, and the local cloud answered every call", async () => {
    // The local cloud holds functions to what their roles permit.
    expect(await world.cloud.denials()).toEqual([]);
    expect(await world.cloud.gaps()).toEqual([]);
    expect(await world.cloud.refused()).toEqual([]);
    expect(await world.cloud.undelivered()).toEqual([]);
  });
};
