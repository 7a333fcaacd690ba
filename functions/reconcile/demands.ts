/** The demands of a batch. DynamoDB may fail where EC2 does not, so the rest of the batch never waits for them. */
import { openIntake } from "../core/demands/intake.js";
import type { ClaimStore } from "../core/demands/ports.js";
import { randomPause } from "../core/demands/update.js";
import type { Observation } from "../core/model.js";
import type { Policy } from "../core/sessions/policy.js";
import type { Report } from "../core/sessions/report.js";
import type { ClaimsByInterface } from "../core/sessions/selection.js";
import type { ReconcileContext } from "./context.js";
import { followUpsOf, type Message } from "./messages.js";

export interface BatchDemands {
  /** Records them, once it is known which interfaces they are about. */
  record(observation: Observation): Promise<ClaimsByInterface>;
  /** Settles them, and returns the messages whose demand could not be settled. */
  settle(report: Report): Promise<readonly Message[]>;
}

/** `until`: after these times (milliseconds since the epoch) no more is written or read. */
export function demandsOf(
  context: ReconcileContext,
  policy: Policy,
  messages: readonly Message[],
  until: { readonly record: number; readonly settle: number },
): BatchDemands {
  const { ports, settings, telemetry, claimLimits } = context;
  let latest = until.record;
  const store = inTime(context.claimStore, () => ports.clock.now() < latest);
  const requests = [...followUpsOf(messages, "demand"), ...followUpsOf(messages, "withdrawal")];
  const intake = openIntake({
    store,
    policy,
    limits: claimLimits,
    mode: settings.mode,
    now: () => ports.clock.now(),
    pause: randomPause(ports.clock, context.random),
  });
  let unread = false;
  return {
    async record(observation) {
      try {
        return await intake.record(requests, observation);
      } catch (error) {
        unread = true;
        telemetry.logger.warn("could not read demands, they will be tried again", error as Error);
        return new Map();
      }
    },
    async settle(report) {
      latest = until.settle;
      await intake.settle(report);
      for (const error of intake.failures) {
        telemetry.logger.warn("could not write a demand, it will be tried again", error as Error);
      }
      for (const { request, id, reason } of intake.refusedRequests) {
        telemetry.logger.warn("demand refused", {
          // EC2 does not show the interfaces of an instance that it does not show.
          [id.startsWith("i-") ? "instance" : "interface"]: id,
          reason,
          requester: request.followUp.by.name,
        });
      }
      telemetry.metrics.addMetric("DemandsOpened", "Count", intake.opened);
      telemetry.metrics.addMetric("DemandsRefused", "Count", intake.refusedRequests.length);
      const left = unread ? requests : requests.filter((request) => intake.unsettled.has(request));
      return left.map(({ message }) => message);
    },
  };
}

/** The store, while there is time: slow answers of DynamoDB must not end a run in the middle. */
function inTime(store: ClaimStore, thereIsTime: () => boolean): ClaimStore {
  const check = () => {
    if (!thereIsTime()) throw new Error("no time is left for demands");
  };
  return {
    ...store,
    read: async (keys) => (check(), store.read(keys)),
    overdue: async (...of) => (check(), store.overdue(...of)),
    write: async (...of) => (check(), store.write(...of)),
  };
}
