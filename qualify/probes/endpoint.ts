/** Of one new endpoint: when it is available, and whether a mirror target holds it. */
import { codeOf, endpointState } from "../clients.js";
import { endpointGone, makeEndpoint, makeTarget } from "../endpoints.js";
import { seen, type Finding } from "../model.js";
import type { Probe } from "../probe.js";

export const judgeAvailability = (first: string, seconds: number): Finding =>
  first.toLowerCase() === "available"
    ? seen("at-once", "The first answer after its creation showed it available.")
    : seen("pending", `It was ${first.toLowerCase()} at first, and available after ${seconds} s.`);

export const judgeDeletion = (code: string | undefined): Finding =>
  code === undefined
    ? seen("deletable", "It was deleted while a mirror target named it.")
    : seen("kept", `With a mirror target that names it, its deletion got ${code}.`);

export const endpoint: Probe = {
  facts: ["endpoint-availability", "endpoint-behind-target"],
  ask: async (stage) => {
    // Where the client has none yet, so that it is the only one of its zone whatever AWS says to two.
    const id = await makeEndpoint(stage, stage.emptySubnet);
    const ask = () => endpointState(stage.clients, id);
    const first = (await ask()) ?? "";
    const { seconds } = await stage.until(
      "an endpoint to be available",
      900,
      ask,
      (state) => state === "available",
    );
    const target = await makeTarget(stage, id);
    const code = await stage.undo("endpoint", id).then(
      () => undefined,
      (error: unknown) =>
        error instanceof Error && "$metadata" in error ? codeOf(error) : (error as Error).name,
    );
    await stage.undo("target", target);
    await endpointGone(stage, id);
    return {
      "endpoint-availability": judgeAvailability(first, seconds),
      "endpoint-behind-target": judgeDeletion(code),
    };
  },
};
