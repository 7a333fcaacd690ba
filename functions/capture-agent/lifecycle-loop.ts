/** Runs the node's lifecycle: facts from the metadata service, one step at a time, the state on disk between. */
import { appendFile } from "node:fs/promises";
import type { Group } from "./aws/group.js";
import type { NodeConfig } from "./config.js";
import {
  begin,
  decide,
  afterStep,
  type Step,
  type Facts,
  type Settings,
  type State,
} from "./core/lifecycle.js";
import type { EventName } from "./core/metrics.js";
import { LARGEST_OBJECT } from "./core/spool.js";
import type { Verdict } from "./core/verdict.js";
import { runCommand } from "./system/commands.js";
import { createCounter } from "./system/examine.js";
import type { Imds } from "./system/imds.js";
import { describe, oneLine, type Log } from "./system/log.js";
import { adoptOpenFiles, listFiles, listOpenFiles } from "./system/spool-files.js";
import { loadState, saveState } from "./system/state-file.js";

/**
 * Time-outs of the probe and of one attempt to stop the tool; heartbeats are sent between attempts. systemd goes on
 * stopping it when the attempt is over; the last one begins before a spot instance's limit and must end before EC2's.
 */
const PROBE_SECONDS = 30;
const STOP_SECONDS = 15;
const COUNT_SECONDS = 5;

interface Parts {
  readonly config: NodeConfig;
  readonly boot: string;
  readonly imds: Imds;
  /** undefined: the node is in no group, and no hook is open. */
  readonly group: Group | undefined;
  /** Whether a part of the index, or a record of losses, is not sent. */
  readonly waiting: () => boolean;
  readonly verdict: () => Verdict | undefined;
  readonly count: (name: EventName, by: number) => void;
  /** Balances what came against what is in the bucket and what is left behind. */
  readonly close: (left: Left) => Promise<void>;
  /** Publishes the metrics at once, before the node is gone. */
  readonly publish: () => Promise<void>;
  readonly log: Log;
  readonly now: () => number;
}

interface Left {
  readonly packets: number;
  /** Files whose packets could not be counted, and lines that are not sent. */
  readonly uncounted: number;
}

export interface LifecycleLoop {
  readonly state: () => State;
  /** Reads the facts and takes at most one step. */
  advance(): Promise<void>;
}

export async function createLifecycleLoop(parts: Parts): Promise<LifecycleLoop> {
  const { config, boot, log, now } = parts;
  const file = `${config.state_directory}/agent-state.json`;
  const settings: Settings = {
    launchHook: parts.group === undefined ? null : config.launch_hook,
    terminateHook: parts.group === undefined ? null : config.terminate_hook,
    heartbeatSeconds: config.heartbeat_seconds,
    deregistrationSeconds: config.deregistration_seconds,
    launchLimitSeconds: config.launch_limit_seconds,
    drainLimitSeconds: config.drain_limit_seconds,
    spotLimitSeconds: config.spot_limit_seconds,
  };
  let state = await loadState(file);
  let probe = { passed: false, reason: "the probe has not run" };
  let reported = "";
  let left: Left | undefined;

  async function target(): Promise<string | null | undefined> {
    try {
      return (await parts.imds.get("autoscaling/target-lifecycle-state")) ?? null;
    } catch (error) {
      log.warn("the metadata service does not answer", { error: describe(error) });
      return undefined;
    }
  }

  async function facts(): Promise<Facts> {
    const done = await listFiles(`${config.spool.directory}/done`);
    const sum = (files: readonly { bytes: number }[]) => ({
      files: files.length,
      bytes: files.reduce((total, { bytes }) => total + bytes, 0),
    });
    const unsent = sum(done.filter(({ bytes }) => bytes <= LARGEST_OBJECT));
    return {
      now: now(),
      boot,
      target: await target(),
      spotNotice: await parts.imds.get("spot/instance-action").catch(() => undefined),
      probe,
      health: healthOf(parts.verdict()),
      unsent: { ...unsent, files: unsent.files + (parts.waiting() ? 1 : 0) },
      unfinished: sum(await listOpenFiles(config.spool.directory)),
      unsendable: sum(done.filter(({ bytes }) => bytes > LARGEST_OBJECT)),
    };
  }

  async function enter(next: State): Promise<void> {
    if (state !== undefined && JSON.stringify(state) === JSON.stringify(next)) return;
    if (state?.phase !== next.phase) log.info(`phase ${next.phase}`, { before: state?.phase, ...next });
    if (next.phase === "launching" && state?.since !== next.since) {
      probe = { passed: false, reason: "the probe has not run" };
    }
    // On disk first: what health reports is then also what the next start knows.
    await saveState(file, next, log);
    state = next;
  }

  /** The packets of what is left behind, as far as they can be counted in the time that is left. */
  async function countPackets(): Promise<Left> {
    const spool = config.spool.directory;
    const packetsOf = createCounter(COUNT_SECONDS);
    const files = [
      ...(await listFiles(`${spool}/done`)).map(({ path }) => `${spool}/done/${path}`),
      ...(await listOpenFiles(spool)).map(({ path }) => `${spool}/open/${path}`),
    ];
    let [packets, uncounted] = [0, 0];
    for (const path of files) {
      const read = await packetsOf(path);
      if (read === undefined) uncounted += 1;
      else packets += read.packets;
    }
    parts.count("LeftBehindUncounted", uncounted);
    parts.count("LeftBehindPackets", packets);
    return { packets, uncounted };
  }

  /** To the console, which outlives the instance, and to the alarms. Once for each problem. */
  async function reportProblem(
    step: Step & { kind: "complete" },
    { unsent, unfinished, unsendable }: Facts,
  ): Promise<void> {
    if (step.problem === undefined || step.problem === reported) return;
    reported = step.problem;
    const what = step.result === "ABANDON" ? "launch abandoned" : "evidence left behind";
    log.error(what, { reason: step.problem });
    if (step.result === "ABANDON") parts.count("LaunchAbandoned", 1);
    else if (left === undefined) {
      // Its words change while the hook cannot be completed; what is left is the same.
      parts.count("LeftBehindFiles", unsent.files + unfinished.files + unsendable.files);
      parts.count("LeftBehindBytes", unsent.bytes + unfinished.bytes + unsendable.bytes);
      left = await countPackets();
    }
    await appendFile(config.console, `traffic-mirror: ${oneLine(`${what}: ${step.problem}`)}\n`).catch(
      () => undefined,
    );
  }

  /** Whether it succeeded. */
  async function perform(step: Step, known: Facts): Promise<boolean> {
    switch (step.kind) {
      case "probe": {
        const { ok, output } = await runCommand(config.commands.probe, PROBE_SECONDS);
        probe = { passed: ok, reason: `probe: ${output}` };
        if (!ok) log.warn("the synthetic packet did not come through", { output });
        return ok;
      }
      case "heartbeat":
        await parts.group?.heartbeat(step.hook);
        return true;
      case "start-tool":
      case "stop-tool": {
        const verb = step.kind === "stop-tool" ? "stop" : "start";
        const { ok, output } = await runCommand(
          [...config.commands.systemctl, verb, config.tool.unit],
          STOP_SECONDS,
        );
        if (!ok) throw new Error(`systemctl ${verb} ${config.tool.unit}: ${output}`);
        if (step.kind === "stop-tool") {
          const adopted = await adoptOpenFiles(config.spool.directory, log);
          if (adopted > 0)
            log.warn("the tool left open files, which are uploaded as they are", { files: adopted });
        }
        return true;
      }
      case "complete":
        await reportProblem(step, known);
        // The instance may be gone before the next interval.
        if (state?.phase === "uploading") {
          const { packets, uncounted } = left ?? { packets: 0, uncounted: 0 };
          await parts.close({ packets, uncounted: uncounted + (parts.waiting() ? 1 : 0) });
        }
        if (state?.phase !== "launching" || step.result === "ABANDON") await parts.publish();
        if (step.hook !== null) await parts.group?.complete(step.hook, step.result);
        return true;
    }
  }

  return {
    state: () => state ?? begin({ now: now(), boot }, null),
    async advance() {
      const known = await facts();
      // Without a target state there is nothing to begin with.
      if (state === undefined && known.target === undefined) return;
      const { state: next, step } = decide(state ?? begin(known, known.target ?? null), known, settings);
      await enter(next);
      if (step === undefined) return;
      try {
        if (await perform(step, known)) await enter(afterStep(next, step, now()));
      } catch (error) {
        log.warn("step failed, will be tried again", { step: step.kind, error: describe(error) });
      }
    },
  };
}

/** The verdict without the lifecycle's own part. */
function healthOf(verdict: Verdict | undefined): Facts["health"] {
  if (verdict === undefined) return { ok: false, reason: "no verdict yet" };
  const bad = Object.entries(verdict.checks).filter(([name, { ok }]) => name !== "lifecycle" && !ok);
  return { ok: bad.length === 0, reason: bad.map(([name, { reason }]) => `${name}: ${reason}`).join("; ") };
}
