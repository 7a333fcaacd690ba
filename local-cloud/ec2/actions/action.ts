/** An EC2 action: form fields in, the content of the answer out; errors are thrown as `Ec2Fault`. */
import type { Call } from "../../types.js";
import type { Params } from "../../xml.js";
import { Ec2Fault, invalidParameter } from "../fault.js";
import type { Region } from "../region.js";

export interface Request {
  readonly call: Call;
  readonly params: Params;
  readonly region: Region;
}

export type Action = (request: Request) => unknown;
export type Actions = Readonly<Record<string, Action>>;

/** "DryRun … If you have the required permissions, the error response is DryRunOperation" (API reference). */
export function refuseDryRun(params: Params): void {
  if (params["DryRun"] === "true") {
    throw new Ec2Fault("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412);
  }
}

export function integer(params: Params, name: string): number | undefined {
  const value = params[name];
  if (value === undefined) return undefined;
  if (!/^-?\d+$/.test(value))
    throw invalidParameter(`Value (${value}) for parameter ${name} is not an integer`);
  return Number(value);
}

/** The ids asked for, each found (or the error thrown), or everything. */
export function chosen<T>(
  ids: readonly string[],
  get: (id: string) => T,
  all: () => readonly T[],
): readonly T[] {
  return ids.length > 0 ? ids.map(get) : all();
}
