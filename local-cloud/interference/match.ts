import { matchesPattern } from "../ec2/filtering.js";
import type { Call } from "../types.js";

/** `service:Action` or `Action`, with `*` and `?`. */
export function matchesAction(glob: string, call: Pick<Call, "service" | "action">): boolean {
  const colon = glob.indexOf(":");
  // A REST action is "METHOD /path" and may hold colons of its own, a service's name never holds a blank or a slash.
  const service = colon < 0 ? "" : glob.slice(0, colon);
  if (colon < 0 || /[ /]/.test(service)) return matchesPattern(glob, call.action);
  return matchesPattern(service, call.service) && matchesPattern(glob.slice(colon + 1), call.action);
}
