/** Lambda `sweep`: the schedule, apply, destroy, or a person with an empty object. */
import type { Context } from "aws-lambda";
import { createSweepContext } from "./context.js";
import { requestOf } from "./request.js";
import { runSweep } from "./run.js";

const context = createSweepContext();

export const handler = (event: unknown, invocation: Context): Promise<object> =>
  runSweep(context, requestOf(event), invocation.getRemainingTimeInMillis());
