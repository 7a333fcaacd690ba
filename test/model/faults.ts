/** What can go wrong with one call to the model, and how it is chosen, without a clock or chance. */

export type Fault =
  /** Refused by a token bucket: no effect. */
  | { readonly kind: "throttle" }
  /** A server's error: no effect. */
  | { readonly kind: "error" }
  /** The effect happened; the caller learns nothing. */
  | { readonly kind: "lost" }
  /** Not permitted: no effect. */
  | { readonly kind: "unauthorized" }
  /** A read that shows the state of so many ticks ago (a write of one object is one or two); writes ignore it. */
  | { readonly kind: "stale"; readonly ticks: number };

export type FaultKind = Fault["kind"];

export interface ModelCall {
  /** `createSession`, `listInstances` … */
  readonly method: string;
  /** How many calls came before, over all methods. */
  readonly index: number;
  readonly write: boolean;
}

export type FaultSource = (call: ModelCall) => Fault | undefined;

export const noFaults: FaultSource = () => undefined;

/** One fault for each call in order, undefined for none; when the list ends, so do the faults. */
export function faultsInOrder(faults: readonly (Fault | undefined)[]): FaultSource {
  let next = 0;
  return () => faults[next++];
}

/** An error with the members by which callers of the AWS SDK tell errors apart. */
export class ModelError extends Error {
  readonly $metadata: { readonly httpStatusCode?: number };

  constructor(
    readonly code: string,
    message: string,
    status?: number,
  ) {
    super(message);
    this.name = code;
    this.$metadata = status === undefined ? {} : { httpStatusCode: status };
  }
}

/** The error that a fault shows its caller; undefined for one that is none. */
export function errorOf(fault: Fault): ModelError | undefined {
  switch (fault.kind) {
    case "throttle":
      return new ModelError("RequestLimitExceeded", "Request limit exceeded.", 503);
    case "error":
      return new ModelError("InternalError", "An internal error has occurred", 500);
    case "lost":
      return new ModelError("TimeoutError", "socket hang up");
    case "unauthorized":
      return new ModelError(
        "UnauthorizedOperation",
        "You are not authorized to perform this operation.",
        403,
      );
    case "stale":
      return undefined;
  }
}
