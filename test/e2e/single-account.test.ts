/** The whole path with real parts: real Terraform and provider, the bundles as deployed, the local cloud. */
import { alarms } from "./scenarios/alarms.js";
import { apply } from "./scenarios/apply.js";
import { badInput } from "./scenarios/bad-input.js";
import { destroy } from "./scenarios/destroy.js";
import { events } from "./scenarios/events.js";
import { healing } from "./scenarios/healing.js";
import { numbers } from "./scenarios/numbers.js";
import { policy } from "./scenarios/policy.js";
import { switches } from "./scenarios/switches.js";
import { targets } from "./scenarios/targets.js";
import { World } from "./world.js";

const world = new World();

beforeAll(async () => {
  await world.start();
});

afterAll(async () => {
  process.stderr.write(
    `seconds: ${JSON.stringify(world.times)}\nEC2 calls: ${JSON.stringify(world.counts, null, 1)}\n`,
  );
  await world.stop();
});

describe("apply", () => apply(world));
describe("events", () => events(world));
describe("alarms", () => alarms(world));
describe("healing", () => healing(world));
describe("bad input", () => badInput(world));
describe("numbers of calls", () => numbers(world));
describe("unproven facts of AWS, either way", () => switches(world));
describe("change of policy", () => policy(world));
describe("a subnet leaves", () => targets(world));
describe("destroy", () => destroy(world));
