import { kindOf } from "../../../qualify/clean.js";
import { codeOf } from "../../../qualify/clients.js";
import { seen } from "../../../qualify/model.js";
import { probe } from "../../../qualify/probe.js";
import { askAll } from "../../../qualify/run.js";
import type { Stage } from "../../../qualify/stage.js";
import { initialized } from "../../../qualify/terraform.js";
import { until } from "../../../qualify/until.js";

test.each([
  ["tms-0", "session"],
  ["vpce-0", "endpoint"],
  ["i-0", "instance"],
  ["vpc-0", "network"],
  ["subnet-0", undefined],
  ["igw-0", undefined],
])("%s found by its tag is taken for %s", (id, kind) => {
  expect(kindOf(id)).toBe(kind);
});

test("only AWS's own answer is an error code", () => {
  const refused = Object.assign(new Error("x"), { name: "InvalidState", $metadata: { httpStatusCode: 400 } });
  const busy = Object.assign(new Error("x"), {
    name: "RequestLimitExceeded",
    $metadata: { httpStatusCode: 503 },
  });
  const broken = Object.assign(new Error("x"), { name: "InternalError", $metadata: { httpStatusCode: 500 } });
  expect([codeOf(refused), codeOf(busy)]).toEqual(["InvalidState", "RequestLimitExceeded"]);
  expect(() => codeOf(broken)).toThrow(broken);
  expect(() => codeOf(new TypeError("bug"))).toThrow(TypeError);
});

describe("waiting", () => {
  const clock = (deadline: number, signal = new AbortController().signal) => ({ deadline, signal });
  const never = async () => Promise.resolve(1);

  test("ends with the answer", async () => {
    let asked = 0;
    const { answer } = await until(
      clock(Infinity),
      "it",
      5,
      async () => Promise.resolve(++asked),
      (n) => n === 2,
    );
    expect(answer).toBe(2);
  });

  test("says what it waited for", async () => {
    await expect(until(clock(Infinity), "a session", 0.2, never, () => false)).rejects.toThrow(
      "in vain for a session",
    );
  });

  test("ends with the run's time, and with an interrupt", async () => {
    await expect(until(clock(Date.now() - 1), "it", 5, never, () => false)).rejects.toThrow("time was over");
    const { signal } = { signal: AbortSignal.abort() };
    await expect(until(clock(Infinity, signal), "it", 5, never, () => false)).rejects.toThrow("interrupted");
  });
});

describe("init beside a Terraform that writes the state", () => {
  const HALF =
    "terraform init ended with 1:\nUnsupported state file format: syntax error at byte offset 172032";
  const root = (...errors: readonly string[]) => {
    const left = [...errors];
    let asked = 0;
    const init = async () => {
      asked += 1;
      const said = left.shift();
      return said === undefined ? Promise.resolve() : Promise.reject(new Error(said));
    };
    return { init, asked: () => asked };
  };
  const soon = () => Promise.resolve();

  test("is tried again while the state is half written", async () => {
    const { init, asked } = root(HALF, HALF);
    await initialized({ init }, soon);
    expect(asked()).toBe(3);
  });

  test("fails at once for another reason, and at last for this one", async () => {
    const [other, broken] = [root("no provider"), root(...Array.from({ length: 99 }, () => HALF))];
    await expect(initialized(other, soon)).rejects.toThrow("no provider");
    await expect(initialized(broken, soon)).rejects.toThrow("Unsupported state file format");
    expect([other.asked(), broken.asked()]).toEqual([1, 10]);
  });
});

test("what there is no time for is not asked, and what was found until then counts", async () => {
  let deadline = Infinity;
  const stage = {
    clock: {
      get deadline() {
        return deadline;
      },
      signal: new AbortController().signal,
    },
    say: () => undefined,
  } as unknown as Stage;
  const first = probe("pending-instance", async () => {
    deadline = 0;
    return Promise.resolve(seen("accepted", "It was."));
  });
  const broken = probe("stopped-instance", () => Promise.reject(new Error("never asked")));
  expect(await askAll(stage, [first, broken])).toEqual({
    "pending-instance": { status: "seen", value: "accepted", detail: "It was." },
    "stopped-instance": { status: "unproven", detail: "The run's time was over." },
  });
  deadline = Infinity;
  expect(await askAll(stage, [broken])).toEqual({
    "stopped-instance": { status: "unknown", detail: "The probe failed. Error: never asked" },
  });
});
