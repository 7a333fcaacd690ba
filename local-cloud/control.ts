import type { Parts } from "./cloud.js";
import type { Answer, BusEvent } from "./types.js";

const json = (value: unknown, status = 200): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  body: Buffer.from(JSON.stringify(value ?? null)),
});

interface Request {
  readonly query: URLSearchParams;
  readonly body: Record<string, unknown>;
}
type Route = (parts: Parts, request: Request) => unknown;

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

const QUIET_ROUNDS = 2;

/** What still moves; all zero when nothing does. */
const activity = async (parts: Parts): Promise<Record<string, number>> => {
  const pollers = parts.lambda.mappings.pollers;
  const visible = await Promise.all(pollers.map((poller) => poller.visible()));
  return {
    automaticEvents: parts.automaticEvents.pending(),
    deliveries: parts.events.busy() ? 1 : 0,
    queued: visible.reduce((sum, count) => sum + count, 0),
    returning: parts.lambda.mappings.visibility.returning(),
    batches: pollers.reduce((sum, poller) => sum + poller.inFlight, 0),
    invocations: parts.lambda.functions.running + parts.lambda.queue.waiting,
  };
};

/** Waits until nothing moves, seen twice in a row. Of hidden messages only those of the setting `idleAwaits` are waited for. */
const idle: Route = async (parts, { query }) => {
  const end = Date.now() + Number(query.get("timeout_ms") ?? 30_000);
  let quiet = 0;
  let seen: Record<string, number> = {};
  while (Date.now() < end) {
    seen = await activity(parts);
    quiet = Object.values(seen).every((count) => count === 0) ? quiet + 1 : 0;
    if (quiet >= QUIET_ROUNDS) return { idle: true };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { idle: false, activity: seen };
};

export const ROUTES: Readonly<Record<string, Route>> = {
  "GET health": (parts) => ({ ok: true, moto: { pid: parts.moto.pid } }),
  "POST reset": async (parts) => {
    await parts.reset();
    return { reset: true };
  },
  "GET switches": (parts) => parts.switches.list(),
  "POST switches": (parts, { body }) => {
    for (const [name, value] of Object.entries(body)) parts.switches.set(name, String(value));
    return parts.switches.list();
  },
  "POST interference": (parts, { body }) => {
    parts.interference.configure(body);
    return {};
  },
  "POST fleet": (parts, { body }) => parts.automaticEvents.always(() => parts.ec2.fleet.control(body)),
  "POST ec2": (parts, { body }) => {
    parts.ec2.configure(body);
    return {};
  },
  "GET counts": (parts) => parts.interference.counts(),
  "DELETE counts": (parts) => {
    parts.interference.resetCounts();
    return {};
  },
  "GET gaps": (parts) => parts.gaps,
  "GET refused": (parts) => parts.requests.refused,
  "GET lifecycle": (parts) => parts.lifecycle(),
  "GET invocations": (parts, { query }) => {
    const name = query.get("function");
    const records = parts.lambda.records;
    return {
      invocations: records.invocations.filter((one) => name === null || one.functionName === name),
      coldStarts: records.coldStarts,
    };
  },
  "GET logs": (parts, { query }) => {
    const name = query.get("function");
    return parts.lambda.records.lines.filter((line) => name === null || line.functionName === name);
  },
  "GET metrics": (parts, { query }) => parts.lambda.records.metrics(query.get("function") ?? undefined),
  "DELETE records": (parts) => {
    parts.lambda.records.reset();
    return {};
  },
  "GET schedules": (parts) => parts.events.timers.list(),
  "POST schedules": (parts, { body }) =>
    parts.events.timers.configure({
      ...(typeof body["paused"] === "boolean" ? { paused: body["paused"] } : {}),
      ...(typeof body["scale"] === "number" ? { scale: body["scale"] } : {}),
    }),
  "POST schedules/fire": async (parts, { body }) => ({
    fired: await parts.events.timers.fire(String(body["name"]), text(body["account"])),
  }),
  "POST events": async (parts, { body }) => {
    const where = {
      account: text(body["account"]) ?? "123456789012",
      region: text(body["region"]) ?? "eu-west-1",
    };
    await parts.events.emit(where, body["event"] as BusEvent);
    return {};
  },
  "GET visibility": (parts) => parts.lambda.mappings.visibility.changes,
  "GET stranded": (parts) => parts.automaticEvents.stranded,
  "GET undelivered": (parts) => parts.events.undelivered,
  "POST settings": (parts, { body }) => {
    const automatic = parts.automaticEvents.settings;
    if (typeof body["instanceEvents"] === "boolean") automatic.enabled = body["instanceEvents"];
    if (typeof body["trail"] === "boolean") automatic.trail = body["trail"];
    automatic.settleMilliseconds = number(body["settleMilliseconds"]) ?? automatic.settleMilliseconds;
    automatic.trailMilliseconds = number(body["trailMilliseconds"]) ?? automatic.trailMilliseconds;
    if ("retryAfterSeconds" in body) parts.lambda.mappings.retryAfter = number(body["retryAfterSeconds"]);
    parts.lambda.mappings.visibility.scale =
      number(body["visibilityScale"]) ?? parts.lambda.mappings.visibility.scale;
    parts.lambda.mappings.visibility.awaited =
      number(body["idleAwaits"]) ?? parts.lambda.mappings.visibility.awaited;
    if (Array.isArray(body["asyncRetryDelays"])) {
      parts.lambda.queue.retryDelays = body["asyncRetryDelays"].map(Number);
    }
    parts.automaticEvents.hooks.heartbeatScale =
      number(body["heartbeatScale"]) ?? parts.automaticEvents.hooks.heartbeatScale;
    if (typeof body["agents"] === "boolean") parts.automaticEvents.hooks.agents = body["agents"];
    if (typeof body["iam"] === "boolean") parts.iam.enabled = body["iam"];
    parts.iam.roles.delay = number(body["permissionDelay"]) ?? parts.iam.roles.delay;
    if ("consistency" in body) parts.interference.setConsistency(body["consistency"]);
    parts.clock.offset = number(body["clockOffset"]) ?? parts.clock.offset;
    return {};
  },
  "POST settle": (parts) => {
    parts.interference.settle();
    return {};
  },
  "GET denials": (parts) => parts.iam.denials,
  "GET uses": (parts) => parts.iam.uses(),
  "DELETE denials": (parts) => {
    parts.iam.forgive();
    return {};
  },
  "GET idle": idle,
};

/** Answers `/_local/…`, which is the local cloud's own and no part of AWS. */
export const control = async (parts: Parts, method: string, url: string, body: Buffer): Promise<Answer> => {
  const { pathname, searchParams: query } = new URL(url, "http://127.0.0.1");
  const route = ROUTES[`${method} ${pathname.replace(/^\/_local\//, "")}`];
  if (route === undefined) return json({ error: "no such control", routes: Object.keys(ROUTES) }, 404);
  try {
    const given = JSON.parse(body.toString() || "{}") as Record<string, unknown>;
    return json(await route(parts, { query, body: given }));
  } catch (error) {
    return json({ error: error instanceof Error ? error.message : String(error) }, 400);
  }
};
