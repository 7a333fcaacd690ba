import type { Context } from "aws-lambda";
import type { Home } from "../core/events/envelope.js";

/** The account and region of the running function: arn:partition:lambda:region:account:function:name. */
export function homeOf(context: Pick<Context, "invokedFunctionArn">): Home {
  const [, , , region = "", account = ""] = context.invokedFunctionArn.split(":");
  return { account, region };
}
