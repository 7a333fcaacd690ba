import { emptyMap, nextMap, type Connection } from "../../../functions/core/endpoint-map.js";
import { LOOKS_EVERY_MS, lookTwice, runEndpointMap } from "../../../functions/endpoint-map/run.js";

const NOW = Date.parse("2026-11-29T04:00:00Z");
const DAY = 24 * 3600 * 1000;
const one = { endpointId: "vpce-0aaaaaaaaaaaaaaa1", account: "111122223333" };
const two = { endpointId: "vpce-0aaaaaaaaaaaaaaa2", account: "444455556666" };

const object = (text?: string) => {
  const written: string[] = [];
  return {
    written,
    read: () => Promise.resolve(written.at(-1) ?? text),
    write: (next: string) => Promise.resolve(void written.push(next)),
  };
};
const run = (at: ReturnType<typeof object>, connections: readonly Connection[], now = NOW) =>
  runEndpointMap({ connections: () => Promise.resolve(connections), object: at, now: () => now });

test("every endpoint is written down with its owner", async () => {
  const store = object();
  expect(await run(store, [two, one])).toEqual({ connected: 2, gone: 0, written: true });
  expect(JSON.parse(store.written[0] ?? "")).toEqual({
    version: 1,
    endpoints: { [one.endpointId]: { account: one.account }, [two.endpointId]: { account: two.account } },
  });
});

test("nothing is written while nothing changes, whatever order EC2 answers in", async () => {
  const store = object();
  await run(store, [one, two]);
  expect(await run(store, [two, one], NOW + 60_000)).toEqual({ connected: 2, gone: 0, written: false });
  expect(store.written).toHaveLength(1);
});

test("an endpoint that is gone keeps its owner for a week, and no longer", async () => {
  const store = object();
  await run(store, [one, two]);
  expect(await run(store, [two], NOW + DAY)).toEqual({ connected: 1, gone: 1, written: true });
  expect(await run(store, [two], NOW + 7 * DAY)).toMatchObject({ gone: 1, written: false });
  expect(await run(store, [two], NOW + 8 * DAY + 1)).toEqual({ connected: 1, gone: 0, written: true });
});

test("one that comes back is connected again", () => {
  const gone = nextMap(nextMap(emptyMap, [one], NOW), [], NOW + DAY);
  expect(nextMap(gone, [one], NOW + 2 * DAY)).toEqual(nextMap(emptyMap, [one], NOW));
});

test.each(["", "no JSON", '{"version":2}', '{"version":1,"endpoints":{"vpce-1":7}}'])(
  "what is no map is replaced: %s",
  async (text) => {
    const store = object(text);
    await run(store, [one]);
    expect(JSON.parse(store.written[0] ?? "")).toEqual(nextMap(emptyMap, [one], NOW));
  },
);

test("what EC2 does not answer changes nothing", async () => {
  const store = object();
  const failing = {
    connections: () => Promise.reject(new Error("throttled")),
    object: store,
    now: () => NOW,
  };
  await expect(runEndpointMap(failing)).rejects.toThrow("throttled");
  expect(store.written).toEqual([]);
});

describe("a scheduled run", () => {
  const looks = async (took: number, ...answers: (string | Error)[]) => {
    let time = NOW;
    const at: number[] = [];
    const clock = { now: () => time, sleep: (ms: number) => Promise.resolve(void (time += ms)) };
    const result = await lookTwice(() => {
      const answer = answers[at.length] ?? "";
      at.push(time - NOW);
      time += took;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    }, clock).catch(String);
    return { at, result };
  };

  test("looks again half a minute after it began, however long the first look took", async () => {
    expect(await looks(4_000, "one", "two")).toEqual({ at: [0, LOOKS_EVERY_MS], result: "two" });
    expect(await looks(31_000, "one", "two")).toEqual({ at: [0, 31_000], result: "two" });
  });

  test("looks again where the first look failed, and fails with the last", async () => {
    expect(await looks(0, new Error("throttled"), "two")).toMatchObject({ result: "two" });
    expect(await looks(0, "one", new Error("throttled"))).toMatchObject({ result: "Error: throttled" });
  });
});
