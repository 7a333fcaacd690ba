/**
 * The claims' protocol: batches, findings and sweeps at the same time, whose calls to the store come in any order, fail
 * before or after they took effect, or whose process dies on the way. Whatever happens, nobody touches another's claim,
 * what was accepted is there, and what is counted is what is open.
 */
import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { isCopied, isOpen } from "../../functions/core/demands/claim.js";
import type { DemandRequest } from "../../functions/core/demands/asked.js";
import { openIntake } from "../../functions/core/demands/intake.js";
import type { ClaimStore } from "../../functions/core/demands/ports.js";
import { GUARDDUTY, TRUSTED, type Requester } from "../../functions/core/events/follow-ups.js";
import type { Report } from "../../functions/core/sessions/report.js";
import type { Verdict } from "../../functions/core/sessions/verdict.js";
import { settleDemands } from "../../functions/sweep/demands.js";
import { anApp } from "../support/app.js";
import { anObservation, aPolicy, aSource, VPC } from "../support/builders.js";
import { aClaimStore, EVERYBODY, type FakeStore } from "../support/claim-store.js";
import { aClock, NOON } from "../support/fakes.js";

const MINUTE = 60_000;
const limits = { defaultMinutes: 10, maximumMinutes: 20 };
const quotas = { requestsPerMinute: 30, openPerRequester: 2, openInAll: 5 };
const policy = aPolicy({ sources: { vpcs: [{ name: "suspects", vpc_id: VPC, on: "guardduty" }] } });
const requesters: readonly Requester[] = [{ name: "AROA:a" }, { name: "AROA:b" }, TRUSTED, GUARDDUTY];
const interfaces = ["eni-1", "eni-2", "eni-3"];
const sources = interfaces.map((id) => aSource({ id }));

interface Ask {
  readonly is: "demand" | "withdrawal";
  readonly by: number;
  readonly on: number;
  readonly minute: number;
  readonly minutes: number;
}
type Step = { readonly run: "batch"; readonly asks: readonly Ask[] } | { readonly run: "sweep" };

const anAsk: fc.Arbitrary<Ask> = fc.record({
  is: fc.constantFrom("demand", "demand", "withdrawal"),
  by: fc.nat(requesters.length - 1),
  on: fc.nat(interfaces.length - 1),
  minute: fc.nat(30),
  minutes: fc.integer({ min: 1, max: 40 }),
});
const aStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      run: fc.constant("batch" as const),
      asks: fc.array(anAsk, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ run: "sweep" as const }) },
);
/** What becomes of a call: most are answered. */
const aFault = fc.constantFrom("none", "none", "none", "none", "before", "after");

/** The store as one run sees it: its calls wait for their turn, and some fail. */
function seenBy(store: FakeStore, schedule: fc.Scheduler, faults: () => string): ClaimStore {
  const call = async <T>(what: () => Promise<T>): Promise<T> => {
    await schedule.schedule(Promise.resolve());
    const fault = faults();
    if (fault === "before") throw new Error("the call did not arrive");
    const answer = await what();
    if (fault === "after") throw new Error("the answer was lost");
    return answer;
  };
  return {
    ...store,
    read: (keys) => call(() => store.read(keys)),
    write: (...of) => call(() => store.write(...of)),
  };
}

function requestOf({ is, by, on, minute, minutes }: Ask): DemandRequest {
  const about = { instanceIds: [], interfaceIds: [interfaces[on] ?? ""] };
  const requester = requesters[by] ?? TRUSTED;
  const time = NOON + minute * MINUTE;
  return is === "demand"
    ? { followUp: { kind: "demand", about, by: requester, minutes }, time }
    : { followUp: { kind: "withdrawal", about, by: requester }, time };
}

/** What must hold at any time. */
function check(store: FakeStore): void {
  const copied = [...store.claims.values()].filter(isCopied);
  expect([...store.copies.values()]).toHaveLength(copied.length);
  for (const claim of copied) {
    expect(store.copies.get(`${claim.interfaceId} ${claim.requester}`)).toMatchObject({ until: claim.until });
    if (claim.requester !== GUARDDUTY.name)
      expect(claim.until - claim.since).toBeLessThanOrEqual(limits.maximumMinutes * MINUTE);
  }
  const counted = (of: (requester: string) => boolean) =>
    copied.filter(({ requester }) => of(requester)).length;
  expect(store.open.get(EVERYBODY) ?? 0).toBe(counted((requester) => requester !== GUARDDUTY.name));
  expect(counted((requester) => requester !== GUARDDUTY.name)).toBeLessThanOrEqual(quotas.openInAll);
  for (const name of ["AROA:a", "AROA:b"]) {
    expect(store.open.get(name) ?? 0).toBe(counted((requester) => requester === name));
    expect(counted((requester) => requester === name)).toBeLessThanOrEqual(quotas.openPerRequester);
  }
}

test("runs at the same time, with calls that fail and processes that die, lose and leak no claim", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(aStep, { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(aFault),
      async (schedule, steps, faults) => {
        const store = aClaimStore([], undefined, quotas);
        const clock = aClock(NOON + 30 * MINUTE);
        const next = (): string => (faults.next().value as string | undefined) ?? "none";
        store.interfere = () => {
          check(store);
        };
        const verdicts = new Map<string, Verdict>(
          interfaces.map((id) => [id, { is: "mirrored", sessionId: "tms-1" }]),
        );
        const report = { sources, unseen: [], verdicts } as unknown as Report;
        const batch = async (asks: readonly Ask[]): Promise<void> => {
          const requests = asks.map(requestOf);
          const options = { policy, limits, mode: "enforce" as const, now: () => clock.now() };
          const intake = openIntake({ ...options, store: seenBy(store, schedule, next) });
          await intake.record(requests, anObservation({ sources }));
          await intake.settle(report);
          // What could not be written comes back with its message, as the function sends it.
          if (intake.failures.length > 0) throw intake.failures[0];
          // Whoever asked has an answer in its own name, taken in or not; only a withdrawn finding leaves none.
          for (const { followUp } of requests) {
            if (followUp.kind !== "demand" || followUp.by === GUARDDUTY) continue;
            expect(store.claim(followUp.about.interfaceIds[0] ?? "", followUp.by.name)).toBeDefined();
          }
        };
        const sweep = async (): Promise<void> => {
          const app = { ...anApp({ clock }), claimStore: seenBy(store, schedule, next) };
          const stored = await store.all();
          await settleDemands(app, { stored, claims: null }, report, clock.now() + MINUTE);
        };
        // A run that dies is a promise that fails: its messages come back, as they do here.
        const runs = steps.map(async (step) => {
          const work = step.run === "batch" ? () => batch(step.asks) : sweep;
          for (let deliveries = 1; deliveries <= 3; deliveries++) {
            try {
              await work();
              return;
            } catch (error) {
              expect((error as Error).message).toMatch(/did not arrive|was lost|by others/);
            }
          }
        });
        await schedule.waitFor(Promise.all(runs));
        check(store);

        // Only those who were named: nobody else's claim is there.
        const named = new Set(
          steps.flatMap((step) =>
            step.run === "batch"
              ? step.asks.map(({ by, on }) => `${interfaces[on] ?? ""} ${requesters[by]?.name ?? ""}`)
              : [],
          ),
        );
        for (const key of store.claims.keys()) expect(named.has(key)).toBe(true);

        // In the end all of it ends, by our clock, and nothing is left counted.
        clock.advance(24 * 60 * MINUTE);
        const app = { ...anApp({ clock }), claimStore: store };
        await settleDemands(app, { stored: await store.all(), claims: null }, report, clock.now() + MINUTE);
        expect([...store.claims.values()].filter((claim) => isOpen(claim, clock.now()))).toEqual([]);
        expect(store.copies.size).toBe(0);
        check(store);
      },
    ),
    { numRuns: 300 },
  );
}, 60_000);
