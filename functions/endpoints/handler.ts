/** Lambda `endpoints`: events from its queue, the schedule, apply, destroy, or a person with an empty object. */
import type { Context } from "aws-lambda";
import { accountRegionOf } from "../runtime/account-region.js";
import { createEndpointApp } from "./app.js";
import { handleEndpointEvents } from "./batch.js";
import { endpointRequestOf } from "./request.js";
import { runEndpoints } from "./run.js";

/** A run for events makes an endpoint or two; it does not wait for its pace to let more out, the schedule goes on. */
const EVENTS_MS = 15_000;

const app = createEndpointApp();

export const handler = async (event: unknown, context: Context): Promise<object> => {
  const request = endpointRequestOf(event);
  const remaining = context.getRemainingTimeInMillis();
  if (request.kind !== "events") return runEndpoints(app, request, remaining);
  const deadline = app.events.clock.now() + Math.min(remaining - 5_000, EVENTS_MS);
  return handleEndpointEvents(app, request.records, accountRegionOf(context), deadline);
};
