/** What the hub makes of lists and snapshots, by example; the histories are in test/properties/arrival.test.ts. */
import { createJoin } from "../../../../functions/core/arrival/join.js";
import { claimedOf, judge, type Judgement, type ListFile } from "../../../../functions/core/arrival/judge.js";
import type { NodeFile } from "../../../../functions/core/arrival/nodes.js";
import type { Counted, Listed, NodeSnapshot } from "../../../../functions/core/arrival/snapshot.js";
import { formatState, noState, parseState, type HubState } from "../../../../functions/core/arrival/state.js";

const MINUTE = 60_000;
const NOW = Date.parse("2026-11-29T08:00:00Z");
const [ours, theirs] = ["111122223333", "444455556666"];
const [endpoint, foreign] = ["vpce-00a11223344556677", "vpce-00b11223344556677"];
const owners = new Map([
  [endpoint, ours],
  [foreign, theirs],
]);
const node = "i-0123456789abcdef0";
const second = "i-0123456789abcdef1";

const listed = (over: Partial<Listed> = {}): Listed => ({
  interfaceId: "eni-0123456789abcdef0",
  address: "10.0.1.7",
  vni: 101,
  rule: "all",
  sinceMs: 60 * MINUTE,
  endpoint,
  zone: "eu-west-1a",
  vpcId: "vpc-0123456789abcdef0",
  ...over,
});
const list = (rows: readonly Listed[], over: Partial<ListFile> = {}): ListFile => ({
  account: ours,
  controller: "mirror",
  at: NOW - MINUTE,
  list: { controller: "mirror", rows, bad: 0 },
  ...over,
});
const counted = (over: Partial<Counted> = {}): Counted => ({
  endpoint,
  vni: 101,
  address: "10.0.1.7",
  packets: 10,
  bytes: 1000,
  ageMs: 10_000,
  ...over,
});
const file = (
  rows: readonly Counted[],
  over: Partial<NodeFile> = {},
  snapshot: Partial<NodeSnapshot> = {},
): NodeFile => ({
  node,
  at: NOW - 20_000,
  snapshot: { node, boot: "0001", intervalMs: MINUTE, overflow: false, bad: 0, rows, ...snapshot },
  ...over,
});
/** The hub has looked for an hour, and the node was there all the time. */
const watched: HubState = {
  ...noState(NOW - 2 * MINUTE),
  wholeSince: NOW - 60 * MINUTE,
  nodes: new Map([[node, { readAt: NOW - 80_000, boot: "0001", isGone: false, sums: new Map() }]]),
};

interface Given {
  readonly lists: readonly ListFile[];
  readonly nodes: readonly NodeFile[];
  readonly before?: HubState;
  readonly inService?: readonly string[] | undefined;
  readonly now?: number;
}
function run(given: Given): Judgement {
  const { lists, nodes, before = watched, now = NOW } = given;
  const join = createJoin(lists.flatMap(claimedOf), owners);
  for (const each of nodes) join.see(each, now);
  const inService = "inService" in given ? given.inService : [node];
  return judge({ before, lists, nodes, join, inService, now, groupMinimum: 2 });
}
const verdicts = (given: Given) =>
  run(given).clients.flatMap(({ sources }) =>
    sources.map(({ verdict }) => (verdict.is === "unknown" ? verdict.reason : verdict.is)),
  );

test("a source in the last snapshot arrived; its packets are added up over the nodes, and the latest counts", () => {
  const judged = run({
    lists: [list([listed()])],
    nodes: [
      file([counted()]),
      file([counted({ packets: 5, ageMs: 40_000 })], { node: second }, { node: second }),
    ],
    inService: [node, second],
  });
  expect(judged.clients[0]?.sources[0]).toMatchObject({
    verdict: { is: "arrived", lastAt: NOW - 30_000 },
    seen: { packets: 15, nodes: 2 },
  });
});

test("one that was seen before is silent, one that never was is never, and one that is new is unknown", () => {
  const lists = [
    list([
      listed(),
      listed({ interfaceId: "eni-00000001", address: "10.0.1.8" }),
      listed({ interfaceId: "eni-00000002", address: "10.0.1.9", sinceMs: 5 * MINUTE }),
    ]),
  ];
  expect(verdicts({ lists, nodes: [file([counted({ ageMs: 20 * MINUTE })])] })).toEqual([
    "silent",
    "never",
    "new",
  ]);
});

test("missing data is unknown and no fault, and what is seen all the same is told", () => {
  const lists = [list([listed(), listed({ interfaceId: "eni-00000001", address: "10.0.1.8" })])];
  const seen = [counted()];
  const answers = (nodes: readonly NodeFile[], inService: readonly string[] | undefined) =>
    verdicts({ lists, nodes, inService });
  expect(answers([], undefined)).toEqual(["no-nodes", "no-nodes"]);
  expect(answers([file(seen)], [])).toEqual(["arrived", "no-nodes"]);
  expect(answers([file(seen)], [node, second])).toEqual(["arrived", "node-unread"]);
  expect(answers([file(seen, { at: NOW - 4 * MINUTE })], [node])).toEqual(["node-unread", "node-unread"]);
  expect(answers([file(seen, {}, { bad: 1 })], [node])).toEqual(["arrived", "node-partial"]);
  expect(answers([file(seen, {}, { overflow: true })], [node])).toEqual(["arrived", "node-overflow"]);
  expect(answers([file(seen, { snapshot: undefined })], [node])).toEqual(["node-unread", "node-unread"]);
});

test("a list that is old says nothing of what is mirrored now", () => {
  const lists = [list([listed()], { at: NOW - 31 * MINUTE })];
  expect(verdicts({ lists, nodes: [file([counted()])] })).toEqual(["list-old"]);
});

test("nobody is joined with packets of an endpoint that another account owns, whatever it lists", () => {
  const claims = list([listed({ endpoint: foreign })]);
  expect(verdicts({ lists: [claims], nodes: [file([counted({ endpoint: foreign })])] })).toEqual([
    "endpoint-of-another",
  ]);
});

test("packets with another's VNI and address through one's own endpoint change nothing for the other", () => {
  const lists = [list([listed()]), list([listed({ endpoint: foreign })], { account: theirs })];
  const forged = counted({ endpoint: foreign });
  const judged = run({ lists, nodes: [file([counted({ ageMs: 20 * MINUTE }), forged])] });
  expect(judged.clients.map(({ counts }) => counts)).toMatchObject([{ silent: 1 }, { arrived: 1 }]);
});

test("VNIs are not unique: two accounts with one VNI and one address are two sources", () => {
  const lists = [list([listed()]), list([listed({ endpoint: foreign })], { account: theirs })];
  expect(verdicts({ lists, nodes: [file([counted()])] })).toEqual(["arrived", "never"]);
});

test("of two interfaces that cannot be told apart nothing is said", () => {
  const lists = [list([listed(), listed({ interfaceId: "eni-00000001" })])];
  expect(verdicts({ lists, nodes: [file([counted()])] })).toEqual(["ambiguous", "ambiguous"]);
});

test("one interface in two lists is one source", () => {
  const lists = [list([listed()]), list([listed()], { controller: "second" })];
  expect(verdicts({ lists, nodes: [file([counted()])] })).toEqual(["arrived", "arrived"]);
});

test.each([
  ["no address", { address: null }, "no-address"],
  ["a target of another account", { endpoint: null }, "endpoint-unknown"],
  ["an endpoint that is not connected", { endpoint: "vpce-00c11223344556677" }, "endpoint-unknown"],
])("a session with %s cannot be joined", (_, over, reason) => {
  expect(verdicts({ lists: [list([listed(over)])], nodes: [file([counted()])] })).toEqual([reason]);
});

test("what the address sent before the session began is not the session's", () => {
  const young = [list([listed({ sinceMs: 5 * MINUTE })])];
  expect(verdicts({ lists: young, nodes: [file([counted({ ageMs: 20 * MINUTE })])] })).toEqual(["new"]);
  const near = [list([listed({ sinceMs: 20 * MINUTE })])];
  expect(verdicts({ lists: near, nodes: [file([counted({ ageMs: 20.5 * MINUTE })])] })).toEqual([
    "near-start",
  ]);
});

test("a controller that has forgotten since when does not make a session younger", () => {
  const first = run({ lists: [list([listed()])], nodes: [file([])] });
  const later = { before: first.state, now: NOW + 2 * MINUTE };
  const lists = [list([listed({ sinceMs: 0 })], { at: NOW + MINUTE })];
  expect(verdicts({ ...later, lists, nodes: [file([], { at: NOW + 100_000 })] })).toEqual(["never"]);
});

test("a source seen on a node that has gone is silent only when the others have been read for long enough", () => {
  const lists = [list([listed()])];
  const two: HubState = {
    ...watched,
    nodes: new Map([
      ...watched.nodes,
      [second, { readAt: NOW - 80_000, boot: "0002", isGone: false, sums: new Map() }],
    ]),
  };
  const last = file(
    [counted({ ageMs: 0 })],
    { node: second, at: NOW - 4 * MINUTE },
    { node: second, boot: "0002" },
  );
  const gone = run({ lists, nodes: [file([]), last], before: two });
  expect(gone.clients[0]?.sources[0]?.verdict).toMatchObject({ is: "unknown", reason: "too-early" });
  const now = NOW + 4 * MINUTE;
  expect(verdicts({ lists, nodes: [file([], { at: now }), last], before: gone.state, now })).toEqual([
    "silent",
  ]);
});

test("counters that begin anew are a restart: what arrived is their new number, and silence has to be waited for", () => {
  const lists = [list([listed()])];
  const first = run({ lists, nodes: [file([counted({ packets: 100 })])] });
  const second_ = { before: first.state, now: NOW + 2 * MINUTE };
  const at = NOW + 110_000;
  const more = run({ ...second_, lists, nodes: [file([counted({ packets: 130 })], { at })] });
  expect(more.arrived.get(ours)).toEqual({ packets: 30, bytes: 0 });
  const anew = run({
    ...second_,
    lists,
    nodes: [file([counted({ packets: 7, bytes: 70 })], { at }, { boot: "0009" })],
  });
  expect(anew.arrived.get(ours)).toEqual({ packets: 7, bytes: 70 });
  const empty = run({ ...second_, lists, nodes: [file([], { at }, { boot: "0009" })] });
  expect(empty.clients[0]?.sources[0]?.verdict).toMatchObject({ is: "unknown", reason: "too-early" });
});

test("a hub that has not looked for long does not say never", () => {
  const before = { ...watched, at: NOW - 20 * MINUTE };
  expect(verdicts({ before, lists: [list([listed()])], nodes: [file([])] })).toEqual(["watched-briefly"]);
  expect(verdicts({ before: noState(NOW), lists: [list([listed()])], nodes: [file([])] })).toEqual([
    "watched-briefly",
  ]);
});

const many = (number: number, over: Partial<Listed> = {}) =>
  Array.from({ length: number }, (_, i) =>
    listed({ interfaceId: `eni-0000000${String(i)}`, address: `10.0.1.${String(i)}`, ...over }),
  );

test("a zone, endpoint, VPC or rule of which nothing arrives is told, and one source that arrives speaks for its own", () => {
  const zone = many(3, { zone: "eu-west-1b", rule: "web" });
  const other = [listed({ address: "10.0.1.99", interfaceId: "eni-00000099" })];
  const judged = run({
    lists: [list([...zone, ...other])],
    nodes: [file([counted({ address: "10.0.1.99" })])],
  });
  expect(judged.clients[0]?.groups).toEqual([
    { kind: "zone", name: "eu-west-1b", sessions: 3 },
    { kind: "rule", name: "web", sessions: 3 },
  ]);
});

test.each([
  ["a single idle host", many(1), [file([])], [node]],
  ["sessions that are new", many(3, { sinceMs: 5 * MINUTE }), [file([])], [node]],
  ["a node that was not read", many(3), [file([])], [node, second]],
  [
    "a group that was heard within ten minutes",
    many(3),
    [file([counted({ address: "10.0.1.1", ageMs: 5 * MINUTE })])],
    [node],
  ],
] as const)("no group is told for %s", (_, rows, nodes, inService) => {
  expect(run({ lists: [list(rows)], nodes, inService }).clients[0]?.groups).toEqual([]);
});

test("what is in no list, and what came through no endpoint of the service, is counted", () => {
  const lists = [list([listed()])];
  const join = createJoin(lists.flatMap(claimedOf), owners);
  const rows = [
    counted(),
    counted({ address: "10.9.9.9" }),
    counted({ address: "10.9.9.8" }),
    counted({ endpoint: "vpce-00c11223344556677" }),
  ];
  join.see(file(rows), NOW);
  expect(join.arrivals.get(ours)).toEqual({ packets: 30, bytes: 3000, unlisted: 2 });
  expect(join.strangers).toBe(1);
});

test("the state is kept as it is, and what is no state is none", () => {
  const { state } = run({ lists: [list([listed()])], nodes: [file([counted()])], inService: [node, second] });
  expect(parseState(formatState(state))).toEqual(state);
  for (const content of ["", "{}", '{"version":1}', formatState(state).replace('"source"', '"nothing"')]) {
    expect(parseState(content)).toBeUndefined();
  }
});
