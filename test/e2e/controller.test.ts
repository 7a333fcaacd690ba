/** What follows an event besides a look, as deployed: real Terraform, real roles and rules, the bundles. */
import { answers } from "./controller/scenarios/answers.js";
import { commands } from "./controller/scenarios/commands.js";
import { demands } from "./controller/scenarios/demands.js";
import { detachments } from "./controller/scenarios/detachments.js";
import { guardduty } from "./controller/scenarios/guardduty.js";
import { hooks } from "./controller/scenarios/hooks.js";
import { hub } from "./controller/scenarios/hub.js";
import { retry } from "./controller/scenarios/retry.js";
import { tampering } from "./controller/scenarios/tampering.js";
import { World } from "./controller/world.js";

const world = new World();

beforeAll(async () => {
  await world.start();
});
afterAll(async () => {
  const left = {
    gaps: await world.cloud.gaps(),
    refused: await world.cloud.refused(),
    // Of the functions: requesters are refused what is not theirs, or not there yet.
    denials: (await world.cloud.denials()).filter(({ functionName }) => functionName.startsWith("mirror-")),
    undelivered: await world.cloud.undelivered(),
  };
  await world.stop();
  expect(left).toEqual({ gaps: [], refused: [], denials: [], undelivered: [] });
});

describe("lifecycle hooks", () => hooks(world));
describe("GuardDuty", () => guardduty(world));
describe("demands", () => demands(world));
describe("documented commands", () => commands(world));
describe("answers", () => answers(world));
describe("tampering", () => tampering(world));
describe("detachments", () => detachments(world));
describe("the hub", () => hub(world));
describe("retry", () => retry(world));
