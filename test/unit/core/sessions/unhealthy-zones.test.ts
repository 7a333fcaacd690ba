import { describe, expect, it } from "@jest/globals";
import type { Observation } from "../../../../functions/core/model.js";
import { whoseReason } from "../../../../functions/core/outcomes.js";
import { requestOf } from "../../../../functions/sweep/request.js";
import { runSweep } from "../../../../functions/sweep/run.js";
import { anApp, type Account } from "../../../support/app.js";
import { aForeignSession, aPolicy, aSession, aSource } from "../../../support/builders.js";

async function sweep(observation: Partial<Observation>, over: Account = {}) {
  const app = anApp({ observation, ...over });
  return { app, summary: await runSweep(app, requestOf({ explain: true }), 900_000) };
}

const standing = { sources: [aSource()], sessions: [aSession()] };
const lost = { selected: 1, mirrored: 0, uncovered: { "zone-unhealthy": 1 } };

describe("a session whose target is in a zone without a healthy node", () => {
  it("is not mirrored: named, counted, and nothing is changed for it", async () => {
    const { app, summary } = await sweep({ ...standing, unhealthyTargets: new Set(["tmt-a"]) });
    expect(summary).toMatchObject({
      ...lost,
      not_mirrored: [{ interface: "eni-1", selected: true, reason: "zone-unhealthy" }],
      remaining: 0,
    });
    expect(app.writer.calls).toEqual([]);
    expect([app.metric("SourcesInUnhealthyZones"), app.metric("ZonesUnread")]).toEqual([[1], [0]]);
    expect(app.logs).toContainEqual({
      level: "error",
      message: '"no healthy node in the zone of targets"',
      fields: { number: 1, targets: ["tmt-a"] },
    });
  });

  it("counts also where it is only being made, and is made", async () => {
    const { app, summary } = await sweep({ sources: [aSource()], unhealthyTargets: new Set(["tmt-a"]) });
    expect(summary).toMatchObject({ ...lost, created: 1 });
    expect(app.writer.calls).toHaveLength(1);
  });

  it("is mirrored where another target's zone has none, and where that is not known", async () => {
    const mirrored = { selected: 1, mirrored: 1, uncovered: {} };
    const other = await sweep({ ...standing, unhealthyTargets: new Set(["tmt-other"]) });
    expect(other.summary).toMatchObject(mirrored);
    expect(other.app.metric("SourcesInUnhealthyZones")).toEqual([0]);
    const unknown = await sweep(standing);
    expect(unknown.summary).toMatchObject(mirrored);
    expect(unknown.app.metric("ZonesUnread")).toEqual([1]);
  });

  it("says first whose session takes its packets before", async () => {
    const policy = aPolicy({ sources: { vpcs: [{ name: "all", vpc_id: "vpc-1", session_number: 5 }] } });
    const sessions = [aSession({ number: 5 }), aForeignSession({ number: 2 })];
    const account = { ...standing, sessions, filters: [], unhealthyTargets: new Set(["tmt-a"]) };
    expect((await sweep(account, { policy })).summary).toMatchObject({ uncovered: { outranked: 1 } });
  });

  it("ends no launch: another instance would fare no better", () => {
    expect(whoseReason("zone-unhealthy", "running")).toBe("outside");
  });
});
