/** The committed bundles, where EC2 takes every connection and never answers. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startLocalCloud, type LocalCloud } from "../../../local-cloud/index.js";
import { createAccount, type Account } from "../../bench/account.js";

let cloud: LocalCloud;
let account: Account;

beforeAll(async () => {
  cloud = await startLocalCloud();
  account = await createAccount(cloud, { perSecond: 100, burst: 100 });
});
afterAll(() => cloud.stop());

const seconds = async (work: Promise<unknown>) => {
  const began = performance.now();
  const outcome = await work.then(
    () => "done",
    (error: unknown) => String(error),
  );
  return { outcome, seconds: (performance.now() - began) / 1000 };
};

test("a sweep ends within a minute, and says why", async () => {
  await cloud.interfere({ faults: [{ action: "ec2:Describe*", silent: true }] });
  const sweep = await seconds(account.sweep({ "detail-type": "Scheduled Event" }));
  expect(sweep.outcome).toMatch(/TimeoutError|timeout|timed out/i);
  expect(sweep.seconds).toBeLessThan(60);
}, 120_000);

test("an event comes back, before the function's time is over", async () => {
  await cloud.interfere({});
  const { instances } = await account.add(1);
  await cloud.interfere({
    faults: [
      { action: "ec2:*", silent: true },
      { action: "sqs:*", silent: true },
    ],
  });
  const event = await seconds(account.deliver(instances.map(({ id }) => id)));
  // What `deliver` throws when messages come back, and not what Lambda says of a function that it ended.
  expect(event.outcome).toContain("batchItemFailures");
}, 120_000);
