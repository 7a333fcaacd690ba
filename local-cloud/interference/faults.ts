import { matchesPattern } from "../ec2/filtering.js";
import type { Random } from "../ec2/random.js";
import type { Call } from "../types.js";
import type { FaultConfig } from "./config.js";
import { matchesAction } from "./match.js";

/** Decides which calls fail. Each fault counts the calls that fit it, so that `nth` and `first` mean these. */
export class Faults {
  readonly #seen = new Map<FaultConfig, number>();

  constructor(
    private readonly faults: readonly FaultConfig[],
    private readonly random: Random,
  ) {}

  /** The first fault that strikes; those before it in the list have had their turn. */
  strike(call: Call): FaultConfig | undefined {
    for (const fault of this.faults) {
      if (!fits(fault, call)) continue;
      const seen = (this.#seen.get(fault) ?? 0) + 1;
      this.#seen.set(fault, seen);
      if (this.#strikes(fault, seen)) return fault;
    }
    return undefined;
  }

  #strikes(fault: FaultConfig, seen: number): boolean {
    if (fault.probability !== undefined) return this.random() < fault.probability;
    if (fault.nth !== undefined) return seen === fault.nth;
    if (fault.every !== undefined) return seen % fault.every === 0;
    if (fault.first !== undefined) return seen <= fault.first;
    return true;
  }
}

function fits(fault: FaultConfig, call: Call): boolean {
  if (!matchesAction(fault.action, call)) return false;
  if (fault.account !== undefined && fault.account !== call.account) return false;
  if (fault.region !== undefined && fault.region !== call.region) return false;
  return Object.entries(fault.params ?? {}).every(([name, pattern]) =>
    matchesPattern(pattern, call.params[name] ?? ""),
  );
}
