/** Lambda `requests`: requests for mirrors, in batches, from a queue of their own. */
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { requestKinds } from "../core/events/registry.js";
import { handleBatch } from "../reconcile/batch.js";
import { createReconcileContext } from "../reconcile/context.js";
import { accountRegionOf } from "../runtime/account-region.js";
import { requestsLane } from "./admission.js";

/** As short as `reconcile`'s: an apply must not be followed by decisions under the policy before it. */
const POLICY_CACHE_MS = 5_000;
/** Left for answering, and for a call that is never answered: what is not started before it comes back as a message. */
const MARGIN_MS = 15_000;

const app = createReconcileContext(POLICY_CACHE_MS, requestKinds);

export const handler = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  const deadline = app.ports.clock.now() + context.getRemainingTimeInMillis() - MARGIN_MS;
  return handleBatch(app, event.Records, accountRegionOf(context), deadline, requestsLane);
};
