/** One qualification: says what it costs, applies, plays, asks, cleans up, and gives the record. */
import { randomInt } from "node:crypto";
import { join } from "node:path";
import { NotRun, play } from "./case.js";
import { CASES } from "./cases/index.js";
import { clean } from "./clean.js";
import { accountOf, createClients, type Clients, type Where } from "./clients.js";
import { Journal } from "./journal.js";
import { lock } from "./lock.js";
import { unproven } from "./model.js";
import type { Options } from "./options.js";
import { bill, estimate } from "./prices.js";
import { ask, type Findings, type Probe } from "./probe.js";
import { PROBES } from "./probes/index.js";
import type { QualificationRecord, Step } from "./record.js";
import { Stage } from "./stage.js";
import { deployment, type Deployment } from "./terraform.js";
import { checkTime, overtime, type Clock } from "./until.js";

export interface Surroundings {
  /** Where journal and Terraform's state are. */
  readonly folder: string;
  readonly where: Where;
  /** For Terraform: the caller's credentials and endpoint. */
  readonly env: Readonly<Record<string, string>>;
  readonly second?: Clients;
  readonly version: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

const newRun = (): string =>
  `qualify-${randomInt(36 ** 6)
    .toString(36)
    .padStart(6, "0")}`;

const deploy = (run: string, { folder, where, env }: Surroundings): Deployment =>
  deployment({ folder, run, region: where.region, env, local: where.endpoint !== undefined });

/** Cleans up after a run that was stopped; gives what is left. */
export const cleanUp = async (surroundings: Surroundings): Promise<readonly string[]> => {
  const { folder, where, second, say } = surroundings;
  const unlock = lock(folder);
  try {
    const journal = new Journal(join(folder, "journal.jsonl"));
    if (journal.open === undefined) {
      say("nothing to clean up");
      return [];
    }
    const { run } = journal.open;
    say(`cleaning up after ${run}`);
    return await clean({
      clients: createClients(where),
      ...(second === undefined ? {} : { second }),
      journal,
      destroy: () => deploy(run, surroundings).destroy(),
      say,
    });
  } finally {
    unlock();
  }
};

/** What there is no time for any more is not asked; what was found until then counts. */
export const askAll = async (stage: Stage, probes: readonly Probe[] = PROBES): Promise<Findings> => {
  let found: Findings = {};
  for (const each of probes) {
    const late = overtime(stage.clock);
    if (late !== undefined) {
      found = { ...found, ...Object.fromEntries(each.facts.map((fact) => [fact, unproven(late)])) };
      continue;
    }
    stage.say(`asking: ${each.facts.join(", ")}`);
    found = { ...found, ...(await ask(each, stage)) };
  }
  return found;
};

export interface Plan {
  readonly cases?: typeof CASES;
  /** Default: each probe once. */
  readonly asking?: (stage: Stage) => Promise<Findings>;
}

export const qualify = async (
  options: Options,
  surroundings: Surroundings,
  plan: Plan = {},
): Promise<QualificationRecord> => {
  const { folder, where, say, signal, version, second } = surroundings;
  for (const line of bill(options.minutes)) say(line);
  if (estimate(options.minutes) > options.budget) {
    throw new Error(
      `This costs up to ${estimate(options.minutes).toFixed(2)} dollars, and BUDGET is ${options.budget}: allow more, or less time by MINUTES.`,
    );
  }
  const clients = createClients(where);
  const account = await accountOf(clients);
  const other = second === undefined ? undefined : await accountOf(second);
  if (other === account) {
    throw new Error(`SECOND_PROFILE is of the account ${account} as well: name a profile of another one.`);
  }
  const before = await cleanUp(surroundings);
  if (before.length > 0) throw new Error(`The run before left ${before.join("; ")}. Run make qualify-clean.`);

  const unlock = lock(folder);
  const began = Date.now();
  const run = newRun();
  const clock: Clock = { deadline: began + options.minutes * 60_000, signal };
  const journal = new Journal(join(folder, "journal.jsonl"));
  const { region, endpoint } = where;
  const at = new Date(began).toISOString();
  journal.begin({
    run,
    account,
    region,
    at,
    ...(other === undefined ? {} : { second: other }),
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  say(`${run}: everything made has this name or the tag qualification = ${run}`);
  const terraform = deploy(run, surroundings);
  const steps: Step[] = [];
  let facts: Findings = {};
  const step = async (name: string, work: () => Promise<string>): Promise<boolean> => {
    const done = await play(name, async () => {
      checkTime(clock);
      return work();
    });
    say(`${done.result.padEnd(7)} ${name}, ${done.seconds} s: ${done.detail}`);
    steps.push(done);
    return done.result === "passed";
  };

  let stage: Stage | undefined;
  const cloud = endpoint === undefined ? "aws" : "local";
  await step("apply", async () => {
    const outputs = await terraform.apply(1);
    const { extras } = options;
    stage = new Stage({
      clients,
      run,
      cloud,
      account,
      journal,
      clock,
      extras,
      outputs,
      terraform,
      say,
      ...(second === undefined || other === undefined
        ? {}
        : { second: { clients: second, account: other, log: journal.second } }),
    });
    return "Hub and client are there.";
  });
  const on = stage;
  if (on !== undefined) {
    for (const { name, play: playOn } of plan.cases ?? CASES) await step(name, () => playOn(on));
    facts = await (plan.asking ?? askAll)(on);
    await step("zone added", async () => {
      on.outputs = await terraform.apply(2);
      const targets = Object.keys(on.outputs.vpcs.client.targets).length;
      const changes = await terraform.plan(2);
      if (targets !== 2 || changes.length > 0) {
        throw new Error(
          `${targets} targets, and a plan would still ${changes.join(", ") || "change nothing"}`,
        );
      }
      return "The second zone has an endpoint and a target, and a plan is empty.";
    });
  }
  let left: readonly string[] = [];
  const destroyed = await play("destroy", async () => {
    if (steps.length === 0) throw new NotRun("Nothing was applied.");
    left = await clean({
      clients,
      ...(second === undefined ? {} : { second }),
      journal,
      destroy: () => terraform.destroy(),
      say,
    });
    if (left.length > 0) throw new Error(left.join("; "));
    return "All that was made is gone.";
  });
  say(`${destroyed.result} destroy: ${destroyed.detail}`);
  steps.push(destroyed);
  unlock();
  return {
    date: at.slice(0, 10),
    region,
    cloud,
    version,
    run,
    estimate: estimate(options.minutes),
    minutes: Math.round((Date.now() - began) / 60_000),
    cases: steps,
    facts,
    left: [...left],
  };
};
