import { MARKED, type World } from "../world.js";

export const policy = (world: World): void => {
  test("another rule by an apply: sessions follow before the apply ends", async () => {
    const marked = await world.launch({ tags: MARKED });
    const payments = await world.launch({ tags: { Team: "payments" } });
    // Of a small fleet no more than half is removed within a day: these stay, since both rules select them.
    const each = { tags: { ...MARKED, Team: "payments" }, interfaces: 2 };
    const staying = await world.launchAll(Array.from({ length: 4 }, () => each));
    const both = [...marked.interfaceIds, ...payments.interfaceIds];
    const mirrored = async () => (await world.oursOn(both)).map((each) => each.NetworkInterfaceId);
    expect(await mirrored()).toEqual(marked.interfaceIds);

    await world.apply("apply of another rule", { source_tags: { Team: null } });
    expect(await mirrored()).toEqual(payments.interfaceIds);
    expect(world.outputs.apply_summary).toMatchObject({ complete: true });

    // An event right after the apply is decided under the new policy, in a process that knew the old one.
    const later = await world.launch({ tags: MARKED });
    expect(await world.oursOn(later.interfaceIds)).toEqual([]);
    await world.terminate(marked, payments, later, ...staying);
  });
};
