/** The demands of a batch. SSM may fail where EC2 does not, so the rest of the batch never waits for them. */
import { openDesk } from "../core/demands/intake.js";
import type { Observation } from "../core/model.js";
import type { Policy } from "../core/sessions/policy.js";
import type { Demanded } from "../core/sessions/reconcile.js";
import type { Report } from "../core/sessions/report.js";
import type { Lane } from "./context.js";
import { owed, type Message } from "./messages.js";

export interface BatchDemands {
  /** Notes them, once it is known which interfaces they are about. */
  note(observation: Observation): Promise<Demanded>;
  /** Answers them, and returns the messages whose demand could not be settled. */
  answer(report: Report): Promise<readonly Message[]>;
}

export function demandsOf(lane: Lane, policy: Policy, messages: readonly Message[]): BatchDemands {
  const { ports, settings, telemetry, demandStore, demandLimits } = lane;
  const orders = [...owed(messages, "demand"), ...owed(messages, "withdrawal")];
  const desk = openDesk(demandStore, policy, demandLimits, settings.mode, () => ports.clock.now());
  const failed = new Set<"note" | "answer">();
  const attempt = async <T>(what: "note" | "answer", work: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      failed.add(what);
      telemetry.logger.warn(`could not ${what} demands, they will be tried again`, error as Error);
      return otherwise;
    }
  };
  return {
    note: (observation) => attempt("note", desk.note(orders, observation), new Map()),
    async answer(report) {
      await attempt("answer", desk.answer(report), undefined);
      for (const { order, id, reason } of desk.turnedDown) {
        telemetry.logger.warn("demand refused", { id, reason, by: order.duty.by.name });
      }
      telemetry.metrics.addMetric("DemandsOpened", "Count", desk.opened);
      telemetry.metrics.addMetric("DemandsRefused", "Count", desk.turnedDown.length);
      const left = failed.size > 0 ? orders : orders.filter((order) => desk.unsettled.has(order));
      return left.map(({ message }) => message);
    },
  };
}
