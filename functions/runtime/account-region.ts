import type { Context } from "aws-lambda";
import type { AccountRegion } from "../core/events/envelope.js";

/** The account and region of the running function: arn:partition:lambda:region:account:function:name. */
export function accountRegionOf(context: Pick<Context, "invokedFunctionArn">): AccountRegion {
  const [, , , region = "", account = ""] = context.invokedFunctionArn.split(":");
  return { account, region };
}
