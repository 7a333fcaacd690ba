import { expect, it } from "@jest/globals";
import { request } from "../../../../functions/core/demands/claim.js";
import { openUpdates, randomPause } from "../../../../functions/core/demands/update.js";
import { aClaimStore } from "../../../support/claim-store.js";
import { aClock, NOON } from "../../../support/fakes.js";

const key = { requester: "AROA:i-1", interfaceId: "eni-1" };
const limits = { defaultMinutes: 60, maximumMinutes: 120 };

it("writers that others were faster than wait before each next try, longer and each another time", async () => {
  const clock = aClock();
  const store = aClaimStore();
  store.write = () => Promise.resolve("changed");
  const updates = openUpdates(
    store,
    () => NOON,
    randomPause(clock, () => 0.5),
  );
  const ask = updates.change(key, (claim) => request(claim, { ...key, received: NOON }, limits, NOON));
  await expect(ask).rejects.toThrow("by others each time");
  expect(clock.slept).toEqual([25, 50, 100, 200]);
});
