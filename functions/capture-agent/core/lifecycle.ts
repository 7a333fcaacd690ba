/**
 * What a node does when it joins and leaves. `decide` looks at the facts and names at most one step; `afterStep` gives
 * the state that follows. The state is written to disk before each step, so an agent that is killed anywhere goes on
 * where it was: every step can be done twice.
 *
 * Words of the target state: Amazon EC2 Auto Scaling, "Retrieve the target lifecycle state through instance
 * metadata": InService, Standby, Detached, Terminated and Warmed:Hibernated|Running|Stopped|Terminated.
 */

export type Phase =
  /** The data path is being proven; the launch hook is open. */
  | "launching"
  /** Receives mirrored traffic. */
  | "in-service"
  /** Fails health and still captures what reaches it, until the flows have moved. */
  | "draining"
  /** The tool is being stopped. */
  | "stopping"
  /** What the tool left is being sent. */
  | "uploading"
  /** Nothing is left to do but wait for the end, or for the way back from a warm pool. */
  | "left";

export interface State {
  readonly phase: Phase;
  /** When the phase began, milliseconds since the epoch. */
  readonly since: number;
  /** After a reboot everything starts over: the tool runs again and a hook may be open again. */
  readonly boot: string;
  /** The target state at the start: an instance of a warm pool starts a second time. */
  readonly target: string | null;
  /** Why the node leaves. */
  readonly cause: "terminating" | "warm-pool" | "spot" | "abandoned" | null;
  /** When it was found that the node must leave, or when the spot notice was seen; null while it stays. */
  readonly leaveAt: number | null;
  /** The terminate hook is completed: nothing follows. */
  readonly ended: boolean;
  readonly heartbeatAt: number;
}

export interface Facts {
  readonly now: number;
  readonly boot: string;
  /** null: in no group. undefined: the metadata service does not answer, so nothing changes. */
  readonly target: string | null | undefined;
  /** The interruption notice, as EC2 words it. */
  readonly spotNotice: string | undefined;
  /** Whether the synthetic packet has come through since the start; a sentence why not. */
  readonly probe: { readonly passed: boolean; readonly reason: string };
  /** Whether all checks but the lifecycle's pass; a sentence why not. */
  readonly health: { readonly ok: boolean; readonly reason: string };
  /** What can be sent and is not yet, the index included. */
  readonly unsent: { readonly files: number; readonly bytes: number };
  /** What lies in open/: the tool still writes it, or could not be stopped. */
  readonly unfinished: { readonly files: number; readonly bytes: number };
  /** Too large for one object, so not waited for. */
  readonly unsendable: { readonly files: number; readonly bytes: number };
}

export interface Settings {
  readonly launchHook: string | null;
  readonly terminateHook: string | null;
  readonly heartbeatSeconds: number;
  readonly deregistrationSeconds: number;
  readonly launchLimitSeconds: number;
  readonly drainLimitSeconds: number;
  readonly spotLimitSeconds: number;
}

/** One thing to do. */
export type Step =
  | { readonly kind: "probe" }
  | { readonly kind: "heartbeat"; readonly hook: string }
  | { readonly kind: "start-tool" }
  | { readonly kind: "stop-tool" }
  /** `hook` null: there is none to complete, only a phase to end. `problem` goes to the console. */
  | {
      readonly kind: "complete";
      readonly hook: string | null;
      readonly result: "CONTINUE" | "ABANDON";
      /** The group is waiting for the instance's end. */
      readonly final: boolean;
      readonly problem?: string;
    };

export interface Decision {
  readonly state: State;
  readonly step?: Step;
}

export const begin = (facts: Pick<Facts, "now" | "boot">, target: string | null): State => ({
  phase: "launching",
  since: facts.now,
  boot: facts.boot,
  target,
  cause: null,
  leaveAt: null,
  ended: false,
  heartbeatAt: facts.now,
});

/**
 * Longer than TimeoutStopSec of the tool's unit (300), after which systemd kills the tool. After that the node goes on,
 * still trying: it does not let go while files are open.
 */
const STOP_LIMIT_SECONDS = 330;

const isWarm = (target: string | null): boolean => target?.startsWith("Warmed:") === true;
const isEnd = (target: string | null): boolean => target === "Terminated" || target === "Warmed:Terminated";
const seconds = (from: number, to: number): number => (to - from) / 1000;

/** Why the node has to leave, if it has to. The notice comes first, because it leaves the least time. */
function causeToLeave(state: State, target: string | null, facts: Facts): State["cause"] {
  if (facts.spotNotice !== undefined) return "spot";
  if (isEnd(target)) return "terminating";
  // Scale-in to a warm pool, instead of termination (instance reuse policy).
  return isWarm(target) && !isWarm(state.target) ? "warm-pool" : null;
}

export function decide(before: State, facts: Facts, settings: Settings): Decision {
  const target = facts.target === undefined ? before.target : facts.target;
  const state = before.boot === facts.boot ? before : begin(facts, target);
  const cause = causeToLeave(state, target, facts);

  const left = leave(state, cause, target, facts.now);
  if (left !== undefined) return { state: left };
  if (returnsToService(state, target, cause)) {
    const step = { kind: "start-tool" } as const;
    return { state: begin(facts, target), ...(state.phase === "left" ? { step } : {}) };
  }
  const hook = openHook(state, target, settings);
  if (hook !== null && seconds(state.heartbeatAt, facts.now) >= settings.heartbeatSeconds) {
    return { state: { ...state, heartbeatAt: facts.now }, step: { kind: "heartbeat", hook } };
  }
  switch (state.phase) {
    case "launching":
      return { state, ...launch(state, facts, settings) };
    case "in-service":
    case "left":
      return { state };
    case "draining":
      return seconds(state.since, facts.now) < settings.deregistrationSeconds
        ? { state }
        : { state: { ...state, phase: "stopping", since: facts.now } };
    case "stopping":
      return mayStopFor(state, settings, facts.now)
        ? { state, step: { kind: "stop-tool" } }
        : { state: { ...state, phase: "uploading", since: facts.now } };
    case "uploading":
      return { state, ...upload(state, facts, settings, { hook, final: isEnd(target) }) };
  }
}

/** Two minutes' notice, counted from the notice, leave no time for a tool that does not stop. */
const mayStopFor = (state: State, { spotLimitSeconds }: Settings, now: number): boolean =>
  state.cause === "spot"
    ? seconds(state.leaveAt ?? state.since, now) < spotLimitSeconds
    : seconds(state.since, now) < STOP_LIMIT_SECONDS;

/** The next state of a node that has a new cause to leave; undefined when there is none. */
function leave(state: State, cause: State["cause"], target: string | null, now: number): State | undefined {
  if (cause === null) return undefined;
  const go = (phase: Phase): State => ({ ...state, phase, since: now, cause, leaveAt: now, heartbeatAt: 0 });
  switch (state.phase) {
    case "in-service":
      // Two minutes are not enough for flows to move.
      return go(cause === "spot" ? "stopping" : "draining");
    case "launching":
      // A node that never served has no flows that could.
      return go("stopping");
    case "draining":
      return cause === "spot" ? go("stopping") : undefined;
    case "stopping":
    case "uploading":
      return cause === "spot" && state.cause !== "spot" ? { ...state, cause, leaveAt: now } : undefined;
    case "left":
      // Abandoned, or in a warm pool, or sent what it could before the hook was open.
      if (!isEnd(target) || state.ended) return undefined;
      return { ...go("stopping"), leaveAt: state.cause === cause ? state.leaveAt : now };
  }
}

/** From the warm pool into service, with or without having left service before. */
function returnsToService(state: State, target: string | null, cause: State["cause"]): boolean {
  if (target !== "InService" || cause !== null) return false;
  if (state.phase === "in-service" || state.phase === "launching") return isWarm(state.target);
  return state.phase === "left" && state.cause !== "abandoned";
}

/** The hook that the group holds open for this node. */
function openHook(state: State, target: string | null, settings: Settings): string | null {
  if (state.phase === "in-service" || state.phase === "left") return null;
  if (state.phase === "launching") return settings.launchHook;
  if (isEnd(target)) return settings.terminateHook;
  // The way into a warm pool, too, passes through launch hooks.
  return state.cause === "warm-pool" ? settings.launchHook : null;
}

function launch(state: State, facts: Facts, settings: Settings): { step?: Step } {
  const ready = facts.probe.passed && facts.health.ok;
  const hook = settings.launchHook;
  if (ready) return { step: { kind: "complete", hook, result: "CONTINUE", final: false } };
  if (hook !== null && seconds(state.since, facts.now) >= settings.launchLimitSeconds) {
    const problem = facts.probe.passed ? facts.health.reason : facts.probe.reason;
    return { step: { kind: "complete", hook, result: "ABANDON", final: false, problem } };
  }
  return facts.probe.passed ? {} : { step: { kind: "probe" } };
}

function upload(
  state: State,
  { now, unsent, unfinished, unsendable }: Facts,
  settings: Settings,
  where: { readonly hook: string | null; readonly final: boolean },
): { step?: Step } {
  const limit = state.cause === "spot" ? settings.spotLimitSeconds : settings.drainLimitSeconds;
  const waited = seconds(state.leaveAt ?? state.since, now);
  // Stopping a tool that has stopped is nothing but moving what it left.
  if (unfinished.files > 0 && waited < limit) return { step: { kind: "stop-tool" } };
  if (unsent.files > 0 && waited < limit) return {};
  const files = unsent.files + unfinished.files + unsendable.files;
  const bytes = unsent.bytes + unfinished.bytes + unsendable.bytes;
  const complete = { kind: "complete", result: "CONTINUE", ...where } as const;
  if (files === 0) return { step: complete };
  const problem = `${files} files with ${bytes} bytes are left behind after ${Math.round(waited)} s`;
  return { step: { ...complete, problem } };
}

/** The state after a step that succeeded. A step that failed changes nothing: it is decided again. */
export function afterStep(state: State, step: Step, now: number): State {
  if (step.kind === "stop-tool") {
    return state.phase === "uploading" ? state : { ...state, phase: "uploading", since: now };
  }
  if (step.kind !== "complete") return state;
  if (step.result === "ABANDON") return { ...state, phase: "left", since: now, cause: "abandoned" };
  if (state.phase === "launching") return { ...state, phase: "in-service", since: now };
  return { ...state, phase: "left", since: now, ended: step.final };
}

/** Why the node should receive nothing, for `/healthz`; undefined in service. */
export function outOfServiceReason(state: State): string | undefined {
  switch (state.phase) {
    case "in-service":
      return undefined;
    case "launching":
      return "launching: the data path is not proven yet";
    case "draining":
    case "stopping":
    case "uploading":
    case "left":
      return `leaving (${state.cause ?? "?"}): ${state.phase}`;
  }
}
