/** Plays a history on a stage and checks what must hold at every moment and in the end. */
import type { History, Step } from "./history.js";
import { isDeepStrictEqual } from "node:util";
import { APPLY_LASTS_MS } from "../../functions/core/sessions/filter-drift.js";
import type { Report } from "../../functions/core/sessions/report.js";
import { applyFilters, changed, contentsOf } from "./filters.js";
import { createModelStage } from "./model-stage.js";
import { isOurs, isRobbed, mayCreate, mayRemove, wrongs } from "./oracle.js";
import { createProgram, MINUTE_MS, type Program } from "./program.js";
import { furnish, type PolicyChoice } from "./setting.js";
import type { Stage, Truth, Watch } from "./stage.js";
import { createTurns, type Turns } from "./turns.js";
import { change } from "./world-steps.js";

/** Two sweeps of a change that outlasts what an apply takes; what the second came to. */
async function outlasting(sweep: () => Promise<Report>, program: Program): Promise<Report> {
  await sweep();
  program.pass(APPLY_LASTS_MS / MINUTE_MS);
  return sweep();
}

/** Every session that stood with the filter counts as `filter-changed`, and after the apply as it did before. */
function judge(steady: Report, drifted: Report, healed: Report): void {
  for (const [id, verdict] of steady.verdicts) {
    const [during, after] = [drifted.verdicts.get(id), healed.verdicts.get(id)];
    const stood = verdict.is === "mirrored" || (verdict.is === "uncovered" && verdict.reason === "outranked");
    const expected = stood ? { is: "uncovered", reason: "filter-changed" } : verdict;
    if (!isDeepStrictEqual(during, expected)) {
      throw new Broken(`${id} with a changed filter: ${JSON.stringify({ before: verdict, during })}`);
    }
    if (!isDeepStrictEqual(after, verdict)) {
      throw new Broken(`${id} after the apply: ${JSON.stringify({ before: verdict, after })}`);
    }
  }
}

export class Broken extends Error {}

export interface Played {
  readonly faults: ReadonlyMap<string, number>;
  readonly steps: readonly Step["do"][];
}

/** On the model in memory. */
export function play(history: History): Promise<Played> {
  const turns = createTurns();
  return playOn(createModelStage(history, turns), turns, history);
}

/** `turns`: those that the stage's calls take. */
export async function playOn(stage: Stage, turns: Turns, history: History): Promise<Played> {
  const setting = await furnish(stage);
  let choice = history.policy;
  // Noted, not thrown: the program under test would take an error for one of EC2's.
  const wrong: string[] = [];
  // A stale read can make a removal look right that is not; without one, every removal must be, however much an answer
  // lacks. What is made may then be second best: a target that was not seen is not chosen.
  const honest = history.quota >= 100 && !history.faults.some((fault) => fault.kind === "stale");
  const whole = history.partial.length === 0;
  let drains = false;
  /** Filters that somebody changed since the last apply. */
  const tampered = new Set<string>();
  const fresh = !history.faults.some((fault) => fault.kind === "stale");
  const watch: Watch = {
    remove: (id, truth) => {
      if (honest && !drains && !mayRemove(id, truth, choice, setting))
        wrong.push(`removed ${id}, which was right`);
    },
    create: (session, truth) => {
      if (honest && whole && !mayCreate(session, truth, choice, setting)) {
        wrong.push(`asked for what is not to be: ${JSON.stringify(session)}`);
      }
    },
  };
  const program = createProgram(stage, setting, history.quota, watch, ({ changedFilters }) => {
    const accused = changedFilters.filter(({ id }) => !tampered.has(id));
    if (fresh && accused.length > 0)
      wrong.push(`Terraform's change taken for another's: ${JSON.stringify(accused)}`);
  });

  /** Foreign sessions that ever were. */
  const foreign = new Set<string>();
  const noteForeign = ({ sessions }: Truth) => {
    for (const session of sessions) if (!isOurs(session) && !isRobbed(session)) foreign.add(session.id);
  };
  /** True at every moment, also in the middle of faults. */
  const check = async (): Promise<void> => {
    if (wrong.length > 0) throw new Broken(wrong.join("; "));
    const truth = await stage.truth();
    if (truth.sessions.length > history.quota) throw new Broken("more sessions than the quota");
    for (const { method, id } of stage.writes) {
      if (foreign.has(id)) throw new Broken(`${method} touched the foreign session ${id}`);
    }
    noteForeign(truth);
    program.pass(1);
  };

  const act = async (step: Step) => {
    const truth = await stage.truth();
    await stage.withFaults(truth, () => program.act(step, choice, truth, turns));
  };
  /** Sweeps meet the filters anew and the policy as it was. */
  const apply = async (next: PolicyChoice, minutes: number) => {
    await applyFilters(stage, setting, next);
    if (minutes > 0) await act({ do: "sweep", milliseconds: MINUTE_MS });
    program.pass(minutes);
    if (minutes > 0) await act({ do: "sweep", milliseconds: MINUTE_MS });
    if (!isDeepStrictEqual(next, choice)) program.policyWritten();
    choice = next;
    tampered.clear();
  };

  await apply(choice, 0);
  for (const step of history.steps) {
    if (step.do === "filter") tampered.add(step.other ? setting.otherFilterId : setting.filterId);
    if (step.do === "policy") await apply(step.choice, step.minutes);
    else if (!(await change(stage, setting, step, choice))) await act(step);
    await check();
  }

  // What takes its time in EC2 is over, so that the end has only one right answer.
  for (const each of (await stage.truth()).interfaces) {
    if (each.instance?.state === "pending") await stage.world.setState(each.instance.id, "running");
  }
  await apply(choice, 0);
  // A session that answers lacked makes EC2 refuse a second one for no reason that is seen: such pauses grow to a day.
  if (!whole) program.pass(24 * 60);
  const sweep = async (): Promise<Report> => {
    let found: Report | undefined;
    await stage.acting(await stage.truth(), async () => {
      found = await program.sweep(choice, MINUTE_MS);
    });
    if (found === undefined) throw new Broken("EC2 could not be read, and no fault struck");
    return found;
  };
  for (let round = 0; round < 2; round++) {
    await sweep();
    await check();
  }
  const left = wrongs(await stage.truth(), choice, setting, history.quota);
  if (left.length > 0) throw new Broken(`not converged after two sweeps: ${left.join("; ")}`);

  const writes = stage.writes.length;
  const steady = await sweep();
  const filterId = choice.otherFilter ? setting.otherFilterId : setting.filterId;
  tampered.add(filterId);
  await stage.world.setFilter(filterId, changed(contentsOf(choice), history.drift));
  const drifted = await outlasting(sweep, program);
  await apply(choice, 0);
  judge(steady, drifted, await sweep());
  // Another apply, met in the middle: what differed before and does no more is nobody's fault now.
  program.pass(APPLY_LASTS_MS / MINUTE_MS);
  const next = { ...choice, narrow: !choice.narrow };
  await applyFilters(stage, setting, next);
  await sweep();
  await check();
  await apply(next, 0);
  if (stage.writes.length > writes) {
    throw new Broken(`a steady account was changed: ${JSON.stringify(stage.writes.slice(writes))}`);
  }

  drains = true;
  await stage.acting(await stage.truth(), () => stage.lacking(() => program.drain()));
  const after = (await stage.truth()).sessions.filter(isOurs);
  if (after.length > 0) throw new Broken(`after the drain there is ${JSON.stringify(after)}`);
  await check();
  return { faults: stage.faultsSeen, steps: history.steps.map((step) => step.do) };
}
