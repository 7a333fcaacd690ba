import { makeConsistent, makeEventual } from "../../support/eventual.js";
import { MARKED, WHERE, type World } from "../world.js";

interface Added {
  readonly instances: readonly { readonly id: string; readonly interfaceIds: readonly string[] }[];
}

/** Instances that exist in the local cloud's memory alone: a launch of a hundred takes no time. */
const add = (world: World, count: number): Promise<Added> =>
  world.cloud.fleet<Added>({
    do: "add",
    ...WHERE,
    spec: {
      count,
      vpcId: world.outputs.source_vpc_id,
      subnets: world.zones.map((zone) => ({ zone, subnetId: world.subnet(zone) })),
      tags: MARKED,
    },
    emit: true,
  });

const removeAll = async (world: World, { instances }: Added): Promise<void> => {
  for (const { id } of instances) {
    await world.cloud.fleet({ do: "setState", ...WHERE, instanceId: id, state: "terminated" });
    await world.cloud.fleet({ do: "remove", ...WHERE, instanceId: id });
  }
};

export const numbers = (world: World): void => {
  let burst: Added;

  // Calls are counted: with lists that lag it would be chance how often one is asked for again.
  beforeAll(() => makeConsistent(world.cloud));
  afterAll(() => makeEventual(world.cloud));

  test("both processes of the events lane are warm", async () => {
    let warm: Added | undefined;
    // What they remember of targets for a minute is read now, and not in the middle of what is counted.
    await world.freshFunctions();
    await world.inFullBatches(async () => {
      warm = await add(world, 20);
    });
    if (warm) await removeAll(world, warm);
  });

  test("one running instance with one interface: at most 4 calls of EC2, exactly one of them a create", async () => {
    await world.cloud.resetCounts();
    const added = await add(world, 1);
    await world.cloud.idle();
    const calls = await world.ec2Calls();
    expect(calls).toMatchObject({ creates: 1, mutations: 1 });
    expect(calls.reads + calls.mutations).toBeLessThanOrEqual(4);
    world.counts["one running instance"] = calls.by;
    await removeAll(world, added);
  });

  test("a burst of 100 running events in batches of 10: at most 3 reads a batch, 100 creates", async () => {
    await world.cloud.clearRecords();
    await world.inFullBatches(async () => {
      burst = await add(world, 100);
    });
    const batches = await world.cloud.invocations(world.outputs.function_names.reconcile);
    const calls = await world.ec2Calls();
    expect(batches).toHaveLength(10);
    expect(calls).toMatchObject({ creates: 100, mutations: 100 });
    expect(calls.reads).toBeLessThanOrEqual(3 * batches.length);
    expect(await world.oursOn(burst.instances.flatMap((each) => each.interfaceIds))).toHaveLength(100);
    world.counts["burst of 100"] = calls.by;
  });

  test("the same events again: no mutation", async () => {
    await world.inFullBatches(async () => {
      for (const { id } of burst.instances) {
        await world.cloud.fleet({ do: "setState", ...WHERE, instanceId: id, state: "running", emit: true });
      }
    });
    const calls = await world.ec2Calls();
    expect(calls.mutations).toBe(0);
    expect(calls.reads).toBeLessThanOrEqual(30);
    world.counts["the same 100 again"] = calls.by;
  });

  test("a steady sweep: one page of instances and of sessions, the targets, and no mutation", async () => {
    await world.sweep();
    await world.cloud.resetCounts();
    await world.sweep();
    const calls = await world.ec2Calls();
    expect(calls.mutations).toBe(0);
    expect(calls.reads).toBeLessThanOrEqual(8);
    world.counts["steady sweep of 100"] = calls.by;
    await removeAll(world, burst);
    await world.sweep();
  });
};
