import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import {
  isCopied,
  isOpen,
  openClaims,
  refusal,
  request,
  settle,
  withdraw,
  type Claim,
} from "../../../../functions/core/demands/claim.js";
import { receiptOf } from "../../../../functions/core/demands/receipt.js";
import { admit } from "../../../../functions/core/demands/quota.js";
import { NOON } from "../../../support/fakes.js";

const MINUTE = 60_000;
const limits = { defaultMinutes: 60, maximumMinutes: 120 };
const key = { requester: "AROA:i-1", interfaceId: "eni-1" };
const asked = (received: number, minutes?: number) => ({
  ...key,
  received,
  ...(minutes !== undefined && { minutes }),
});
const open = (received = NOON, minutes?: number): Claim => {
  const claim = request(undefined, asked(received, minutes), limits, received);
  if (claim === undefined) throw new Error("not open");
  return claim;
};

describe("a request", () => {
  it("is open from its receipt for the default", () => {
    expect(open()).toMatchObject({ status: "requested", since: NOON, until: NOON + 60 * MINUTE });
  });

  it("extends an open claim, and never beyond the maximum from its beginning", () => {
    const longer = request(open(), asked(NOON + MINUTE, 525_600), limits, NOON + MINUTE);
    expect(longer).toMatchObject({ since: NOON, until: NOON + 120 * MINUTE });
    expect(request(longer, asked(NOON + 2 * MINUTE, 525_600), limits, NOON + 2 * MINUTE)).toBe(longer);
  });

  it("keeps the answer that it has while it is extended", () => {
    const mirrored = settle(open(), { is: "mirrored", sessionId: "tms-1" }, NOON);
    expect(request(mirrored, asked(NOON + MINUTE), limits, NOON + MINUTE)).toMatchObject({
      status: "mirrored",
      sessionId: "tms-1",
    });
  });

  it("of what was refused while it was open is looked at anew", () => {
    const refused = settle(open(), { is: "refused", reason: "quota" }, NOON);
    const again = request(refused, asked(NOON + MINUTE), limits, NOON + MINUTE);
    expect(again).toMatchObject({ status: "requested", at: NOON + MINUTE });
    expect(again?.reason).toBeUndefined();
  });

  it("of a finding grows with each finding", () => {
    const finding = { requester: "guardduty", interfaceId: "eni-1" };
    let claim: Claim | undefined;
    for (let n = 0; n < 5; n++) {
      const received = NOON + n * 50 * MINUTE;
      claim = request(claim, { ...finding, received }, limits, received);
    }
    expect(claim?.until).toBe(NOON + 260 * MINUTE);
  });

  it("that has had its time opens nothing", () => {
    expect(request(undefined, asked(0), limits, NOON)).toBeUndefined();
    const ended = withdraw(open(), { ...key, received: NOON + MINUTE }, NOON + MINUTE);
    expect(request(ended, asked(NOON), limits, NOON + MINUTE)).toBe(ended);
  });

  it("begins anew after its end", () => {
    const later = NOON + 61 * MINUTE;
    expect(request(open(), asked(later), limits, later)).toMatchObject({ since: later, status: "requested" });
  });
});

describe("a withdrawal", () => {
  it("ends the claim, and what was requested before it opens nothing, whichever comes first", () => {
    const before = withdraw(undefined, { ...key, received: NOON + MINUTE }, NOON + MINUTE);
    expect(isCopied(before)).toBe(false);
    expect(request(before, asked(NOON), limits, NOON + MINUTE)).toBe(before);
    const after = withdraw(open(), { ...key, received: NOON + MINUTE }, NOON + MINUTE);
    expect(after).toMatchObject({ status: "ended" });
    expect(isOpen(after, NOON + MINUTE)).toBe(false);
  });

  it("that is older than the newest request ends nothing", () => {
    const newer = open(NOON + MINUTE);
    expect(withdraw(newer, { ...key, received: NOON }, NOON + 2 * MINUTE)).toBe(newer);
  });

  it("does not hold against a later request", () => {
    const ended = withdraw(open(), { ...key, received: NOON + MINUTE }, NOON + MINUTE);
    const again = request(ended, asked(NOON + 2 * MINUTE), limits, NOON + 2 * MINUTE);
    expect(again).toMatchObject({ status: "requested", since: NOON + 2 * MINUTE });
  });
});

describe("an answer", () => {
  it("ends a claim whose time is up, whatever was found", () => {
    expect(settle(open(), { is: "mirrored", sessionId: "tms-1" }, NOON + 61 * MINUTE).status).toBe("ended");
  });

  it("of a refusal stays, and is not copied", () => {
    const refused = refusal(undefined, { ...key, received: NOON }, "not-yours", NOON);
    expect(isCopied(refused)).toBe(false);
    expect(settle(refused, { is: "mirrored", sessionId: "tms-1" }, NOON)).toBe(refused);
  });

  it("keeps a withdrawal in mind when it refuses", () => {
    const ended = withdraw(open(), { ...key, received: NOON + MINUTE }, NOON + MINUTE);
    const refused = refusal(ended, { ...key, received: NOON }, "too-many-claims", NOON + MINUTE);
    expect(request(refused, asked(NOON), limits, NOON + MINUTE)).toBe(refused);
  });
});

it("the claims on an interface are told apart by who asks", () => {
  const finding = { ...open(), requester: "guardduty" };
  expect(openClaims([open()], NOON)).toEqual({ byFinding: false, byRequest: true });
  expect(openClaims([finding], NOON)).toEqual({ byFinding: true, byRequest: false });
  expect(openClaims([open(), finding], NOON + 61 * MINUTE)).toEqual({ byFinding: false, byRequest: false });
});

it.each([
  ["the year 2100", Date.parse("2100-01-01T00:00:00Z"), undefined, NOON],
  ["the year 9999", Date.parse("9999-12-31T23:59:59Z"), undefined, NOON],
  ["1970", 0, undefined, 999],
  ["the same second, which EventBridge cuts off", NOON - 400, undefined, NOON],
  ["no time at all", Number.NaN, undefined, NOON],
  ["the future, back from the dead-letter queue", NOON + 9 * MINUTE, NOON - 5 * MINUTE, NOON - 5 * MINUTE],
])("the receipt of a request from %s is no later than the queue's", (_, time, first, receipt) => {
  expect(receiptOf(time, NOON, first)).toBe(receipt);
});

it("who asks too often is told so as often again, and then passed over", () => {
  const quotas = { requestsPerMinute: 2, openPerRequester: 1, openInAll: 1 };
  const said = [1, 2, 3, 4, 5].map((n) => admit("AROA:x", n, quotas));
  expect(said).toEqual(["admitted", "admitted", "refused", "refused", "ignored"]);
  expect(admit("guardduty", 1_000, quotas)).toBe("admitted");
});

describe("for all histories of one requester", () => {
  const event = fc.record({
    kind: fc.constantFrom("request", "withdrawal"),
    received: fc.integer({ min: 0, max: 300 }),
    minutes: fc.option(fc.integer({ min: 1, max: 1_000 }), { nil: undefined }),
  });
  type Event = { kind: string; received: number; minutes?: number | undefined };
  const apply = (claim: Claim | undefined, { kind, received, minutes }: Event, now: number) => {
    const at = NOON + received * MINUTE;
    return kind === "request"
      ? request(claim, asked(at, minutes), limits, now)
      : withdraw(claim, { ...key, received: at }, now);
  };
  const inTime = (events: readonly Event[]) =>
    events.map((each) => ({ ...each, received: Math.min(each.received, 300) }));

  it("no claim is open for longer than the maximum, nor opened by what is older than a withdrawal", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const now = NOON + 300 * MINUTE;
        let claim: Claim | undefined;
        for (const each of inTime(events)) claim = apply(claim, each, now);
        if (claim === undefined) return;
        expect(claim.until - claim.since).toBeLessThanOrEqual(limits.maximumMinutes * MINUTE);
        const withdrawn = Math.max(
          0,
          ...events
            .filter(({ kind }) => kind === "withdrawal")
            .map(({ received }) => NOON + received * MINUTE),
        );
        const asks = events
          .filter(({ kind }) => kind === "request")
          .map(({ received }) => NOON + received * MINUTE);
        if (isOpen(claim, now)) expect(asks.some((at) => at > withdrawn)).toBe(true);
      }),
    );
  });

  it("a copy of any event changes nothing", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const now = NOON + 300 * MINUTE;
        let claim: Claim | undefined;
        for (const each of inTime(events)) {
          claim = apply(claim, each, now);
          expect(apply(claim, each, now)).toEqual(claim);
        }
      }),
    );
  });
});
