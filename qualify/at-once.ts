/** Many calls at once, each tried once, to see what AWS lets through. */
import { refusal } from "./clients.js";

const THROTTLED = /Throttl|RequestLimitExceeded|TooManyRequests/;

export interface Through {
  readonly sent: number;
  readonly throttled: number;
}

/** A call that is refused for another reason went through. */
export const atOnce = async (calls: readonly (() => Promise<unknown>)[]): Promise<Through> => {
  const codes = await Promise.all(calls.map((call) => refusal(call())));
  return { sent: calls.length, throttled: codes.filter((code) => THROTTLED.test(code ?? "")).length };
};
