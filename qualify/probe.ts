import type { FactId } from "./facts.js";
import { unknown, type Finding } from "./model.js";
import type { Stage } from "./stage.js";

export type Findings = Partial<Record<FactId, Finding>>;

/** Asks AWS, and judges what it saw by a function without AWS, which has its own test. */
export interface Probe {
  readonly facts: readonly FactId[];
  readonly ask: (stage: Stage) => Promise<Findings>;
}

/** A probe of one fact. */
export const probe = (fact: FactId, ask: (stage: Stage) => Promise<Finding>): Probe => ({
  facts: [fact],
  ask: async (stage) => ({ [fact]: await ask(stage) }),
});

/** What a probe found. One that fails says so, and the others go on. */
export const ask = async ({ facts, ask: work }: Probe, stage: Stage): Promise<Findings> => {
  try {
    return await work(stage);
  } catch (error) {
    const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    stage.say(`  ${facts.join(", ")}: ${said}`);
    return Object.fromEntries(facts.map((fact) => [fact, unknown(`The probe failed. ${said}`)]));
  }
};
