import { describe, expect, it } from "@jest/globals";
import { requestOf } from "../../../functions/sweep/request.js";
import { runSweep } from "../../../functions/sweep/run.js";
import { anApp } from "../../support/app.js";
import { awsError } from "../../support/ec2.js";
import { aForeignSession, aPolicy, aSession, aSource, theGuardrails } from "../../support/builders.js";
import { anEvent } from "../../support/events.js";
import { aClock, aWriter, done, failed, NOON } from "../../support/fakes.js";

const person = requestOf({});
const apply = requestOf({ reason: "apply", tf: { action: "create" } });
const destroy = requestOf({ reason: "drain", tf: { action: "delete" } });
const schedule = requestOf(JSON.parse(anEvent("scheduled")));
const WHOLE = 900_000;

/** Ids that no other test of this file uses: refusals are remembered by the process. */
const fleet = (count: number, prefix = "eni-") =>
  Array.from({ length: count }, (_, n) => aSource({ id: `${prefix}${String(n)}` }));
const sessionsOf = (sources: readonly { id: string }[]) =>
  sources.map(({ id }) => aSession({ id: `tms-${id}`, interfaceId: id }));
const unguarded = theGuardrails({ removalPercent: 100 });
const nothingSelected = aPolicy({ sources: {} });
/** Each call takes a second of the function's time. */
const slowly = () => {
  const clock = aClock();
  const writer = aWriter(() => {
    clock.advance(1_000);
    return done;
  });
  return { clock, writer };
};

describe("the summary of a sweep", () => {
  it("tells what is selected, mirrored, done, refused and left", async () => {
    const sources = [
      ...fleet(3),
      aSource({ id: "eni-t2", instance: { type: "t2.micro" } }),
      aSource({ id: "eni-no" }),
    ];
    const app = anApp({
      observation: {
        sources,
        sessions: [...sessionsOf(fleet(1)), aForeignSession({ interfaceId: "eni-2", number: 9 })],
      },
      writer: aWriter((call) =>
        /eni-(no|t2)/.test(call) ? failed("refused", "NetworkInterfaceNotSupported") : done,
      ),
    });
    expect(await runSweep(app, person, WHOLE)).toEqual({
      mode: "enforce",
      selected: 5,
      mirrored: 3,
      created: 2,
      modified: 0,
      retagged: 0,
      deleted: 0,
      refused: { NetworkInterfaceNotSupported: 2 },
      uncovered: { "instance-type": 1, "aws-refused": 1 },
      foreign: 1,
      demands: 0,
      held_removals: 0,
      sessions: 3,
      usd_per_month: 32.85,
      held_creations: 0,
      remaining: 0,
      complete: true,
      outside_vpcs: "unknown",
    });
  });

  it("says nothing of filters that it could not read: the alarms keep what they knew", async () => {
    const app = anApp({ observation: { sources: fleet(2), sessions: sessionsOf(fleet(2)) } });
    await runSweep(app, schedule, WHOLE);
    expect(app.metric("FiltersUnread")).toEqual([1]);
    for (const name of ["FiltersSilent", "FiltersChanged", "SourcesOutranked"]) {
      expect([name, app.metric(name)]).toEqual([name, []]);
    }
  });

  it("says in mode observe what would be done, and does nothing", async () => {
    const app = anApp({ observation: { sources: fleet(2) }, settings: { mode: "observe" } });
    expect(await runSweep(app, person, WHOLE)).toMatchObject({
      mode: "observe",
      created: 0,
      remaining: 2,
      complete: false,
    });
    expect(app.writer.calls).toEqual([]);
  });

  it("comes with metrics, zeros too", async () => {
    const app = anApp({
      observation: { sources: fleet(2), sessions: sessionsOf(fleet(2)), filters: [] },
      settings: { quota: 8 },
    });
    await runSweep(app, schedule, WHOLE);
    for (const [name, value] of Object.entries({
      SourcesSelected: 2,
      SourcesMirrored: 2,
      SourcesUncovered: 0,
      SessionsForeign: 0,
      SessionsCreated: 0,
      FiltersSilent: 0,
      FiltersUnread: 0,
      SessionsDisputed: 0,
      RemovalHeld: 0,
      FirstApplyHeld: 0,
      SweepStateUnread: 0,
      SourcesOfRefusedTypes: 0,
      PolicyRefused: 0,
      NotPermitted: 0,
      QuotaUsedPercent: 25,
    })) {
      expect([name, app.metric(name)]).toEqual([name, [value]]);
    }
  });
});

describe("an explanation", () => {
  const sources = [aSource({ id: "eni-out", vpcId: "vpc-9" }), aSource({ id: "eni-efa", type: "efa" })];

  it("names every interface that is not mirrored, the selected ones first", async () => {
    const summary = await runSweep(anApp({ observation: { sources } }), requestOf({ explain: true }), WHOLE);
    expect(summary).toMatchObject({
      not_mirrored: [
        { interface: "eni-efa", instance: "i-1", rule: "all", selected: true, reason: "interface-type" },
        { interface: "eni-out", instance: "i-1", selected: false, reason: "outside-vpcs" },
      ],
    });
  });

  it("is not part of the answer unless it is asked for", async () => {
    expect(await runSweep(anApp({ observation: { sources } }), person, WHOLE)).not.toHaveProperty(
      "not_mirrored",
    );
  });
});

describe("an interface that AWS refused", () => {
  it("is not asked again by the next sweep", async () => {
    const app = anApp({
      observation: { sources: fleet(1, "eni-refused-") },
      writer: aWriter(() => failed("refused")),
    });
    await runSweep(app, person, WHOLE);
    expect(await runSweep(app, person, WHOLE)).toMatchObject({
      uncovered: { "aws-refused": 1 },
      remaining: 0,
    });
    expect(app.writer.calls).toHaveLength(1);
  });
});

describe("the time of a sweep", () => {
  it("by schedule ends before the next one begins, and the next goes on", async () => {
    const app = anApp({ observation: { sources: fleet(200) }, ...slowly() });
    const summary = await runSweep(app, schedule, WHOLE);
    expect(app.clock.now() - NOON).toBeLessThan(60_000);
    expect(summary).toMatchObject({ complete: false, uncovered: { pending: expect.any(Number) } });
  });

  it("by a person is the function's own, less what the answer needs", async () => {
    const app = anApp({ observation: { sources: fleet(200) }, ...slowly() });
    await runSweep(app, person, 100_000);
    expect(app.clock.now() - NOON).toBeGreaterThan(85_000);
    expect(app.clock.now() - NOON).toBeLessThan(100_000);
  });
});

describe("an apply", () => {
  it("does not wait for a long backfill", async () => {
    const app = anApp({ observation: { sources: fleet(500) }, ...slowly() });
    expect(await runSweep(app, apply, WHOLE)).toMatchObject({ complete: false });
    expect(app.clock.now() - NOON).toBeLessThan(75_000);
  });

  it("waits for a permission that has not spread yet", async () => {
    const clock = aClock();
    const writer = aWriter(() => (clock.now() < NOON + 30_000 ? failed("not-permitted") : done));
    expect(
      await runSweep(anApp({ observation: { sources: fleet(1) }, clock, writer }), apply, WHOLE),
    ).toMatchObject({
      created: 1,
    });
  });

  /** An app that may not read one thing before this time, and everything after it. */
  const notReading = (what: "the policy" | "EC2" | "the demands" | "sessions", until: number) => {
    const clock = aClock();
    const refused = (read: typeof what) => {
      if (read === what && clock.now() < until) {
        throw awsError(
          read === "EC2" || read === "sessions" ? "UnauthorizedOperation" : "AccessDeniedException",
        );
      }
    };
    const app = anApp({
      clock,
      policy: nothingSelected,
      settings: { mode: what === "sessions" ? "drain" : "enforce", guardrails: unguarded },
      loadPolicy: async () => {
        refused("the policy");
        return { policy: nothingSelected, problems: [] };
      },
      observation: () => {
        refused("EC2");
        return { sources: fleet(2), sessions: sessionsOf(fleet(2)) };
      },
      sessions: [sessionsOf(fleet(2)), []],
    });
    const { observer } = app.ports;
    const claimStore: typeof app.claimStore = {
      ...app.claimStore,
      all: async () => {
        refused("the demands");
        return [];
      },
    };
    const sessions = async () => {
      refused("sessions");
      return observer.sessions();
    };
    return { ...app, claimStore, ports: { ...app.ports, observer: { ...observer, sessions } } };
  };

  it.each(["the policy", "EC2", "the demands", "sessions"] as const)(
    "waits until its role may read %s",
    async (what) => {
      const app = notReading(what, NOON + 8_000);
      expect(await runSweep(app, apply, WHOLE)).toMatchObject({ deleted: 2, complete: true });
      expect(app.clock.slept.slice(0, 2)).toEqual([5_000, 5_000]);
    },
  );

  it.each(["the policy", "EC2", "sessions"] as const)(
    "waits no longer than permissions take to spread until its role may read %s",
    async (what) => {
      const app = notReading(what, Infinity);
      await expect(runSweep(app, apply, WHOLE)).rejects.toThrow();
      expect(app.clock.now() - NOON).toBeLessThan(90_000);
    },
  );

  it.each(["the policy", "EC2", "sessions"] as const)(
    "alone waits for that: its role may not read %s, says a scheduled sweep at once",
    async (what) => {
      const app = notReading(what, Infinity);
      await expect(runSweep(app, schedule, WHOLE)).rejects.toThrow();
      expect(app.clock.slept).toEqual([]);
    },
  );

  it("fails with the reason when the policy was refused", async () => {
    const app = anApp({ problems: ["vpcs.0.vni: Too big"] });
    await expect(runSweep(app, apply, WHOLE)).rejects.toThrow("vpcs.0.vni: Too big");
    expect(await runSweep(app, schedule, WHOLE)).toMatchObject({ complete: true });
  });

  it("fails when the guardrail held removals, and says how to let them through", async () => {
    const sources = fleet(30);
    const app = anApp({ policy: nothingSelected, observation: { sources, sessions: sessionsOf(sources) } });
    await expect(runSweep(app, apply, WHOLE)).rejects.toThrow(/30 of 30 sessions.*acknowledged_until/);
    expect(app.writer.calls).toEqual([]);
    expect(app.metric("RemovalHeld")).toEqual([30]);
  });

  it("fails when sessions could not be moved or removed, since what they use is destroyed next", async () => {
    const sources = fleet(3);
    const app = anApp({
      policy: nothingSelected,
      settings: { guardrails: unguarded },
      observation: { sources, sessions: sessionsOf(sources) },
      writer: aWriter(() => failed("transient")),
    });
    await expect(runSweep(app, apply, WHOLE)).rejects.toThrow("3 sessions could not be changed");
  });

  it("passes while sessions of the version before still wait for their description", async () => {
    const sources = fleet(3);
    const sessions = sessionsOf(sources).map((session) => ({ ...session, description: "" }));
    const app = anApp({ observation: { sources, sessions }, writer: aWriter(() => failed("transient")) });
    const summary = await runSweep(app, apply, WHOLE);
    expect(summary).toMatchObject({ mirrored: 3, remaining: 3, complete: false });
  });

  it("passes in mode observe, where nothing is to be done", async () => {
    const sources = fleet(30);
    const app = anApp({
      policy: nothingSelected,
      settings: { mode: "observe" },
      observation: { sources, sessions: sessionsOf(sources) },
    });
    expect(await runSweep(app, apply, WHOLE)).toMatchObject({ held_removals: 30 });
  });
});

describe("a destroy", () => {
  it("removes every session of ours without asking for a policy", async () => {
    const sessions = [...sessionsOf(fleet(3)), aForeignSession()];
    const app = anApp({
      sessions: [sessions, [aForeignSession()]],
      loadPolicy: async () => Promise.reject(new Error("no policy")),
    });
    expect(await runSweep(app, destroy, WHOLE)).toEqual({
      mode: "drain",
      deleted: 3,
      remaining: 0,
      complete: true,
    });
    expect(app.looks).toEqual([]);
  });

  it("reports each session that it removed, and none that is left", async () => {
    const app = anApp({
      sessions: [sessionsOf(fleet(2)), sessionsOf(fleet(1)), sessionsOf(fleet(1))],
      writer: aWriter((call) => (call === "delete tms-eni-0" ? failed("not-permitted") : done)),
    });
    await expect(runSweep(app, destroy, WHOLE)).rejects.toThrow("1 sessions removed, 1 are left");
    expect(app.sent).toEqual([
      {
        detailType: "Mirror Session Changed",
        detail: expect.objectContaining({ change: "deleted", session_id: "tms-eni-1", reason: "drain" }),
      },
    ]);
    expect(app.metric("EventsNotSent")).toEqual([0]);
  });

  it("fails with the number left when it could not finish", async () => {
    const app = anApp({ sessions: [sessionsOf(fleet(5))], writer: aWriter(() => failed("not-permitted")) });
    await expect(runSweep(app, destroy, WHOLE)).rejects.toThrow(
      "0 sessions removed, 5 are left (not-permitted: not-permitted, says AWS)",
    );
  });

  it("fails with the names of those that lost the tag, which would be billed on", async () => {
    const robbed = aSession({ id: "tms-robbed", tags: {} });
    await expect(runSweep(anApp({ sessions: [[robbed]] }), destroy, WHOLE)).rejects.toThrow(
      "have lost its tag, so that it may not remove them: tms-robbed; put the tag traffic-mirror:controller back",
    );
  });

  it("does nothing when its invocation is merely created or updated", async () => {
    const app = anApp({ sessions: [sessionsOf(fleet(5))] });
    expect(await runSweep(app, requestOf({ reason: "drain", tf: { action: "create" } }), WHOLE)).toEqual({});
    expect(app.writer.calls).toEqual([]);
  });
});

describe("mode drain", () => {
  it("removes by schedule what is ours and does not fail while some is left", async () => {
    const app = anApp({
      settings: { mode: "drain" },
      sessions: [sessionsOf(fleet(2))],
      writer: aWriter(() => failed("throttled")),
    });
    expect(await runSweep(app, schedule, WHOLE)).toEqual({
      mode: "drain",
      deleted: 0,
      remaining: 2,
      because: "throttled: throttled, says AWS",
      complete: false,
    });
  });
});

describe("a sweep that cannot see everything", () => {
  it("throws and changes nothing", async () => {
    const app = anApp({
      observation: () => {
        throw new Error("a page is missing");
      },
    });
    await expect(runSweep(app, schedule, WHOLE)).rejects.toThrow("a page is missing");
    expect(app.writer.calls).toEqual([]);
  });
});

describe("an answer of EC2 that lacks something", () => {
  const attached = aSource({ id: "eni-lacks", instance: null, deviceIndex: 0, attachment: "not-seen" });
  const sessions = sessionsOf([attached]);

  it("ends no session: the instance that an interface is attached to is not shown", async () => {
    const policy = aPolicy({ sources: { tags: [{ name: "t", tags: { Mirror: "true" } }] } });
    const app = anApp({ observation: { sources: [attached], sessions }, policy });
    expect(await runSweep(app, schedule, WHOLE)).toMatchObject({ deleted: 0, uncovered: { "not-seen": 1 } });
    expect(app.writer.calls).toEqual([]);
    expect(app.metric("SourcesNotSeen")).toEqual([1]);
  });

  it("is counted where an interface with a session of ours is in none", async () => {
    const app = anApp({ observation: { sources: [], sessions } });
    await runSweep(app, schedule, WHOLE);
    expect(app.writer.calls).toEqual([]);
    expect(app.metric("SourcesNotSeen")).toEqual([1]);
  });

  it("fails an apply that replaces a target: Terraform must not go on and destroy the old one", async () => {
    const sources = [aSource({ id: "eni-moves" })];
    const policy = aPolicy({ vpc: { targets: [{ target_id: "tmt-new", availability_zone: "eu-west-1a" }] } });
    const observation = { sources, sessions: sessionsOf(sources) };
    const app = anApp({ observation, policy });
    await expect(runSweep(app, apply, WHOLE)).rejects.toThrow("1 sessions stay on targets that are to be");
    expect(app.writer.calls).toEqual([]);
    expect(await runSweep(anApp({ observation, policy }), schedule, WHOLE)).toMatchObject({ deleted: 0 });
  });
});
