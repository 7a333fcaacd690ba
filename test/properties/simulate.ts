/** Plays a history on a stage and checks what must hold at every moment and in the end. */
import type { History, Step } from "./history.js";
import { createModelStage } from "./model-stage.js";
import { isOurs, isRobbed, mayCreate, mayRemove, wrongs } from "./oracle.js";
import { createProgram, MINUTE_MS } from "./program.js";
import { furnish } from "./setting.js";
import type { Stage, Truth } from "./stage.js";
import { createTurns, type Turns } from "./turns.js";
import { change } from "./world-steps.js";

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
  const program = createProgram(stage, setting, history.quota, {
    remove: (id, truth) => {
      if (honest && !drains && !mayRemove(id, truth, choice, setting))
        wrong.push(`removed ${id}, which was right`);
    },
    create: (session, truth) => {
      if (honest && whole && !mayCreate(session, truth, choice, setting)) {
        wrong.push(`asked for what is not to be: ${JSON.stringify(session)}`);
      }
    },
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
    program.minutePasses();
  };

  for (const step of history.steps) {
    if (step.do === "policy") choice = step.choice;
    else if (!(await change(stage, setting, step))) {
      const truth = await stage.truth();
      await stage.withFaults(truth, () => program.act(step, choice, truth, turns));
    }
    await check();
  }

  // What takes its time in EC2 is over, so that the end has only one right answer.
  for (const each of (await stage.truth()).interfaces) {
    if (each.instance?.state === "pending") await stage.world.setState(each.instance.id, "running");
  }
  const sweep = async () => {
    await stage.acting(await stage.truth(), () => program.sweep(choice, MINUTE_MS));
  };
  for (let round = 0; round < 2; round++) {
    await sweep();
    await check();
  }
  const left = wrongs(await stage.truth(), choice, setting, history.quota);
  if (left.length > 0) throw new Broken(`not converged after two sweeps: ${left.join("; ")}`);

  const writes = stage.writes.length;
  await sweep();
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
