import type { World } from "../world.js";

export const guardduty = (world: World): void => {
  test("a finding mirrors an instance that is watched; repeated findings prolong that and add no session", async () => {
    const watched = await world.quietly({ Watch: "true" });
    const [eni = ""] = watched.interfaceIds;
    await world.sweep();
    expect(await world.sessionsOn(eni)).toEqual([]);
    await world.put("guardduty-finding", { instance: watched.instanceId, eni });
    const [session, ...more] = await world.sessionsOn(eni);
    expect([session?.NetworkInterfaceId, more.length]).toEqual([eni, 0]);
    const first = await world.claims.of(eni, "guardduty");
    expect(first).toMatchObject({ status: "mirrored", sessionId: session?.TrafficMirrorSessionId });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    for (let i = 0; i < 4; i++) await world.put("guardduty-finding", { instance: watched.instanceId, eni });
    expect(await world.sessionsOn(eni)).toEqual([session]);
    const last = await world.claims.of(eni, "guardduty");
    expect((last?.expiresAt ?? "") > (first?.expiresAt ?? "")).toBe(true);
    await world.forget();
  });

  test("a finding about what nobody watches, or below the severity, mirrors nothing", async () => {
    const launched = await world.quietly();
    const [eni = ""] = launched.interfaceIds;
    await world.put("guardduty-finding", { instance: launched.instanceId, eni });
    expect(await world.sessionsOn(eni)).toEqual([]);
    expect(await world.claims.of(eni, "guardduty")).toBeUndefined();
    const watched = await world.quietly({ Watch: "true" });
    const [other = ""] = watched.interfaceIds;
    await world.put("guardduty-finding", { instance: watched.instanceId, eni: other }, { severity: 3.9 });
    expect(await world.sessionsOn(other)).toEqual([]);
  });
};
