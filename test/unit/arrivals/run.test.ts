import type { Packed } from "../../../functions/aws/arrivals/packed.js";
import { tell } from "../../../functions/arrivals/report.js";
import { runArrivals, type ArrivalsPorts } from "../../../functions/arrivals/run.js";
import { formatSources, type Listed } from "../../../functions/core/arrival/snapshot.js";
import { parseVerdicts } from "../../../functions/core/arrival/verdict-file.js";

const NOW = Date.parse("2026-11-29T08:00:00Z");
const MINUTE = 60_000;
const [one, two] = ["111122223333", "444455556666"];
const [oneEndpoint, twoEndpoint] = ["vpce-0aaaaaaaaaaaaaaa1", "vpce-0aaaaaaaaaaaaaaa2"];
const [a, b] = ["i-0000000a", "i-0000000b"];

const listed = (n: number, over: Partial<Listed> = {}): Listed => ({
  interfaceId: `eni-0000000${String(n)}`,
  address: `10.0.1.${String(n)}`,
  vni: 7,
  rule: "all",
  sinceMs: 60 * MINUTE,
  endpoint: oneEndpoint,
  zone: "eu-west-1a",
  vpcId: "vpc-00000001",
  ...over,
});
const snapshot = (node: string, rows: readonly unknown[][], over: object = {}) =>
  [
    { version: 1, node, boot: "0001-b007", interval: 60, rows: rows.length, overflow: false, ...over },
    ...rows,
  ]
    .map((line) => JSON.stringify(line))
    .join("\n");
const row = (n: number, endpoint = oneEndpoint, age = 5) => [
  endpoint,
  7,
  `10.0.1.${String(n)}`,
  10,
  1000,
  age,
];

/** A bucket and a clock; time passes by a minute with each run. */
function hub() {
  const objects = new Map<string, Packed>();
  let now = NOW;
  const put = (key: string, text: string | undefined, at = now) => objects.set(key, { at, text });
  const keys = (prefix: string) => [...objects.keys()].filter((key) => key.startsWith(prefix));
  const state = { inService: [a] as string[] | Error, unwritable: "" };
  const ports: ArrivalsPorts = {
    nodes: () =>
      Promise.resolve(keys("nodes/").map((key) => ({ key, node: /:(.*)\.json\.gz/.exec(key)?.[1] ?? "" }))),
    lists: () =>
      Promise.resolve({
        refused: 0,
        lists: keys("sources/").map((key) => {
          const [, account = "", file = ""] = key.split("/");
          return { key, account, controller: file.replace(".json.gz", "") };
        }),
      }),
    connections: () =>
      Promise.resolve([
        { endpointId: oneEndpoint, account: one },
        { endpointId: twoEndpoint, account: two },
      ]),
    inService: () =>
      state.inService instanceof Error ? Promise.reject(state.inService) : Promise.resolve(state.inService),
    read: (key) => Promise.resolve(objects.get(key)),
    write: (key, text) =>
      state.unwritable !== "" && key.startsWith(state.unwritable)
        ? Promise.reject(new Error("AccessDenied"))
        : Promise.resolve(void put(key, text)),
    now: () => now,
  };
  const nodes = (texts: Readonly<Record<string, string>>) => {
    for (const [node, text] of Object.entries(texts)) put(`nodes/AROAEXAMPLE:${node}.json.gz`, text);
  };
  const list = (account: string, rows: readonly Listed[], name = "mirror") =>
    put(`sources/${account}/${name}.json.gz`, formatSources(name, "now", rows));
  const verdicts = (account: string, name = "mirror") =>
    parseVerdicts(objects.get(`verdicts/${account}/${name}.json.gz`)?.text ?? "");
  const run = () => runArrivals(ports, 2);
  return { put, nodes, list, verdicts, run, objects, state, pass: (ms: number) => (now += ms) };
}

test("each controller is answered in its own account's folder, from what all nodes have counted", async () => {
  const it = hub();
  it.state.inService = [a, b];
  it.nodes({ [a]: snapshot(a, [row(1)]), [b]: snapshot(b, [row(1, oneEndpoint, 30), row(2, twoEndpoint)]) });
  it.list(one, [listed(1), listed(3)]);
  it.list(two, [listed(2, { endpoint: twoEndpoint })]);
  const result = await it.run();
  expect(it.verdicts(one)).toMatchObject({
    rows: 2,
    counts: { arrived: 1, silent: 0, never: 0, unknown: 1 },
    gap: null,
    sources: [
      ["eni-00000001", 7, "arrived", null, 5, 2],
      ["eni-00000003", 7, "unknown", "watched-briefly", null, 0],
    ],
  });
  expect(it.verdicts(two)).toMatchObject({
    counts: { arrived: 1 },
    sources: [["eni-00000002", 7, "arrived", null, 5, 1]],
  });
  expect(result).toMatchObject({ gap: undefined, filesRefused: 0, unwritten: 0, strangers: 0 });
});

test("what was silent stays so from run to run, and a group that is silent is told after ten minutes", async () => {
  const it = hub();
  it.list(one, [listed(1), listed(2)]);
  it.nodes({ [a]: snapshot(a, [row(1), row(2)]) });
  expect((await it.run()).clients[0]?.counts).toMatchObject({ arrived: 2 });
  for (let minutes = 2; minutes <= 12; minutes += 2) {
    it.pass(2 * MINUTE);
    it.list(one, [listed(1), listed(2)]);
    it.nodes({
      [a]: snapshot(a, [row(1, oneEndpoint, 5 + 60 * minutes), row(2, oneEndpoint, 5 + 60 * minutes)]),
    });
    const [client] = (await it.run()).clients;
    // A snapshot in which it is as old as two snapshots is the last that may have missed it.
    if (minutes >= 4) expect(client?.counts).toMatchObject({ silent: 2 });
    expect(client?.groups.length).toBe(minutes >= 10 ? 4 : 0);
  }
  expect(it.verdicts(one)?.groups).toContainEqual({ kind: "zone", name: "eu-west-1a", sessions: 2 });
});

test("a node that hands in another's counters, or no file at all, leaves the others' sources as they are", async () => {
  const it = hub();
  it.state.inService = [a, b];
  it.list(one, [listed(1), listed(2)]);
  it.nodes({ [a]: snapshot(a, [row(1)]), [b]: snapshot(a, [row(2)]) });
  expect(await it.run()).toMatchObject({ gap: "node-unread", filesRefused: 1 });
  expect(it.verdicts(one)?.counts).toMatchObject({ arrived: 1, unknown: 1, silent: 0, never: 0 });
  it.put(`nodes/AROAEXAMPLE:${b}.json.gz`, undefined);
  expect(await it.run()).toMatchObject({ gap: "node-unread", filesRefused: 1 });
});

test("a client that lists another's endpoint, too much or nothing that can be read gets its own answer alone", async () => {
  const it = hub();
  it.nodes({ [a]: snapshot(a, [row(1), row(9, twoEndpoint)]) });
  it.list(one, [listed(1)]);
  it.list(two, [listed(1)]);
  it.put(`sources/${two}/large.json.gz`, undefined);
  const result = await it.run();
  expect(it.verdicts(one)?.sources).toMatchObject([["eni-00000001", 7, "arrived", null, 5, 1]]);
  expect(it.verdicts(two)?.sources).toMatchObject([
    ["eni-00000001", 7, "unknown", "endpoint-of-another", null, 0],
  ]);
  expect(it.verdicts(two, "large")).toMatchObject({ rows: 0 });
  expect(result.filesRefused).toBe(1);
  expect(result.unlisted.get(two)).toBe(1);
});

test("where it is not known what is in service nothing is silent", async () => {
  const it = hub();
  it.list(one, [listed(1), listed(2)]);
  it.nodes({ [a]: snapshot(a, [row(1)]) });
  it.state.inService = new Error("throttled");
  expect(await it.run()).toMatchObject({ gap: "no-nodes", inServiceError: { message: "throttled" } });
  expect(it.verdicts(one)?.counts).toMatchObject({ arrived: 1, unknown: 1 });
});

test("a state that cannot be read is begun anew, and an answer that cannot be written is counted", async () => {
  const it = hub();
  it.list(one, [listed(1)]);
  it.list(two, [listed(2, { endpoint: twoEndpoint })]);
  it.nodes({ [a]: snapshot(a, []) });
  it.put("state.json.gz", "{");
  it.state.unwritable = `verdicts/${two}`;
  expect(await it.run()).toMatchObject({ unwritten: 1 });
  expect(it.verdicts(one)?.sources).toMatchObject([
    ["eni-00000001", 7, "unknown", "watched-briefly", null, 0],
  ]);
  expect(it.objects.get("state.json.gz")?.text).toContain('"version":1');
});

test("nothing is written where the bucket or EC2 does not answer", async () => {
  const it = hub();
  it.list(one, [listed(1)]);
  const failing: ArrivalsPorts = {
    nodes: () => Promise.resolve([]),
    lists: () => Promise.resolve({ lists: [], refused: 0 }),
    connections: () => Promise.reject(new Error("RequestLimitExceeded")),
    inService: () => Promise.resolve([a]),
    read: () => Promise.resolve(undefined),
    write: () => Promise.reject(new Error("must not be asked for")),
    now: () => NOW,
  };
  await expect(runArrivals(failing, 5)).rejects.toThrow("RequestLimitExceeded");
});

test("every number is a metric, zeros included, and a client's own only where that is asked for", async () => {
  const it = hub();
  it.list(one, [listed(1)]);
  it.nodes({ [a]: snapshot(a, [row(1)]) });
  const result = await it.run();
  const told = (eachClient: boolean) => {
    const [found, singles, lines]: [Record<string, number>, string[], string[]] = [{}, [], []];
    const metrics = {
      addMetric: (name: string, _unit: string, value: number) => (found[name] = value),
      singleMetric: () => ({
        addDimension: () => undefined,
        addMetric: (name: string) => singles.push(name),
      }),
    };
    const line = (message: string) => lines.push(message);
    const answer = tell(result, {
      metrics: metrics as never,
      logger: { info: line, warn: line, error: line },
      eachClient,
    });
    return { found, singles, lines, answer };
  };
  const { found, singles, lines, answer } = told(false);
  expect(found).toEqual({
    SourcesArrived: 1,
    SourcesSilent: 0,
    SourcesNeverSeen: 0,
    SourcesUnknown: 0,
    GroupsSilent: 0,
    SourcesRefused: 0,
    PacketsArrived: 0,
    SourcesUnlisted: 0,
    RowsOfStrangers: 0,
    FilesRefused: 0,
    AnswersUnwritten: 0,
    NodesNotWhole: 0,
  });
  expect(singles).toEqual([]);
  expect(lines).toEqual(["arrivals"]);
  expect(answer).toEqual({
    controllers: 1,
    arrived: 1,
    silent: 0,
    never: 0,
    unknown: 0,
    groups_silent: 0,
    gap: null,
  });
  expect(told(true).singles).toContain("SourcesArrived");
});
