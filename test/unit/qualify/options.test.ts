import { parseOptions } from "../../../qualify/options.js";
import { qualify } from "../../../qualify/run.js";
import { bill, estimate, ITEMS } from "../../../qualify/prices.js";

const given = (...more: readonly string[]) => ["--region", "eu-west-1", "--budget", "5", ...more];

test("a region and a budget are enough", () => {
  expect(parseOptions(given())).toEqual({
    region: "eu-west-1",
    budget: 5,
    minutes: 90,
    extras: { trail: false, detector: false },
  });
});

test("what make hands on empty is not given, and what is given is taken", () => {
  const options = given(
    "--trail",
    "yes",
    "--detector",
    "",
    "--fargate-interface",
    "eni-0abc",
    "--second-profile",
    "other",
  );
  expect(parseOptions(options).extras).toEqual({
    trail: true,
    detector: false,
    secondProfile: "other",
    fargateInterface: "eni-0abc",
  });
});

test.each([
  [["--region", "", "--budget", "5"], "make qualify REGION=eu-west-1 BUDGET=5"],
  [["--region", "eu-west-1", "--budget", ""], "make qualify REGION=eu-west-1 BUDGET=5"],
  [["--region", "Ireland", "--budget", "5"], 'REGION must be a region, such as eu-west-1, not "Ireland".'],
  [["--region", "eu-west-1", "--budget", "much"], 'BUDGET must be a number from 0 to 1000, not "much".'],
  [given("--minutes", "5"), "MINUTES must be a number from 10 to 600"],
  [given("--trail", "maybe"), 'TRAIL must be yes or no, not "maybe".'],
  [given("--fargate-interface", "task"), "FARGATE_INTERFACE must be the id"],
  [given("--shared-target", "tmt-0abc"), "SHARED_TARGET needs SECOND_PROFILE"],
])("%j is refused in a sentence", (args, said) => {
  expect(() => parseOptions(args)).toThrow(said);
});

test("the estimate is the sum of the bill, by the hours that are begun, and grows with the time", () => {
  const hourly = ITEMS.reduce((sum, { count, hour }) => sum + count * hour, 0);
  expect(estimate(40)).toBeCloseTo((hourly + 0.25) * 1.5, 1);
  expect(estimate(41)).toBeCloseTo((hourly * 2 + 0.25) * 1.5, 1);
  expect(bill(90).at(-1)).toBe(`at most ${estimate(90).toFixed(2)} dollars`);
});

test("what costs more than the budget is refused, with what it costs, before anything is asked of AWS", async () => {
  const said: string[] = [];
  const nowhere = {
    folder: "/dev/null",
    where: { region: "eu-west-1", endpoint: "http://127.0.0.1:9" },
    env: {},
    version: "test",
    signal: new AbortController().signal,
    say: (line: string) => said.push(line),
  };
  const options = { ...parseOptions(given()), budget: 0.5 };
  await expect(qualify(options, nowhere)).rejects.toThrow(
    /costs up to \d+\.\d\d dollars, and BUDGET is 0\.5/,
  );
  expect(said).toEqual(bill(90));
});
