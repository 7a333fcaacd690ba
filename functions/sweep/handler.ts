/** Lambda `sweep`: the schedule, apply, destroy, or a person with an empty object. */
import type { Context } from "aws-lambda";
import { createSweepContext } from "./context.js";
import { requestOf } from "./request.js";
import { runSweep } from "./run.js";

const app = createSweepContext();

export const handler = (event: unknown, context: Context): Promise<object> =>
  runSweep(app, requestOf(event), context.getRemainingTimeInMillis());
