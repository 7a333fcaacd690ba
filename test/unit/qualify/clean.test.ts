import { kindOf } from "../../../qualify/clean.js";
import { codeOf } from "../../../qualify/clients.js";
import { until } from "../../../qualify/until.js";

test.each([
  ["tms-0", "session"],
  ["vpce-0", "endpoint"],
  ["i-0", "instance"],
  ["vpc-0", undefined],
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
