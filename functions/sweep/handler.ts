/** Lambda `sweep`: the schedule, apply, destroy, or a person with an empty object. */
import type { Context } from "aws-lambda";
import { createApp } from "../runtime/app.js";
import { requestOf } from "./request.js";
import { runSweep } from "./run.js";

/** The policy is read every time: an apply asks for a sweep under the document that it has just written. */
const app = createApp(0);

export const handler = (event: unknown, context: Context): Promise<object> =>
  runSweep(app, requestOf(event), context.getRemainingTimeInMillis());
