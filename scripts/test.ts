/**
 * Runs everything that must hold, two steps at a time, and ends with the line `N passed, N failed`. Before it stands how
 * long each step took.
 *
 *   npm test                          all steps but those that take long or need a tool which not everybody has
 *   npm test -- --only unit           one step; comma-separated, and the beginning of a name is enough
 *   npm test -- --list                their names
 *
 * What a step printed is in reports/<step>.log; the end of it is shown when the step fails.
 */
import { join } from "node:path";
import type { Count } from "./lib/count.js";
import { Log, root } from "./lib/run.js";
import { steps, type Step } from "./lib/steps.js";

const atOnce = 2;
const tailLines = 40;

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

const perform = async (step: Step): Promise<Count> => {
  const started = performance.now();
  const log = new Log(join(root, "reports", `${step.name}.log`));
  const still = setInterval(() => {
    console.log(`     ${step.name} is still running (${seconds(started)})`);
  }, 60_000);
  let count: Count;
  try {
    count = await step.work(log);
  } catch (error) {
    log.line(error instanceof Error ? (error.stack ?? error.message) : String(error));
    count = { passed: 0, failed: 1 };
  }
  clearInterval(still);
  await log.close();
  const verdict = count.failed === 0 ? "ok  " : "FAIL";
  const line = `${verdict} ${step.name.padEnd(36)} ${seconds(started).padStart(8)}  ${count.passed} passed, ${count.failed} failed`;
  console.log(line);
  if (count.failed > 0) {
    console.log(`     the end of reports/${step.name}.log:`);
    console.log(log.tail(tailLines).replace(/^/gm, "     | "));
  }
  return count;
};

/** How long each step took, the longest first: they ended in another order. */
const durations = new Map<string, number>();

const timetable = (): string =>
  [...durations]
    .sort(([, a], [, b]) => b - a)
    .map(([name, milliseconds]) => `  ${name.padEnd(36)} ${(milliseconds / 1000).toFixed(1).padStart(7)} s`)
    .join("\n");

/** Starts steps in their order, as others end and what they come after has ended. */
const performAll = async (chosen: readonly Step[]): Promise<Count> => {
  const waiting = [...chosen];
  const running = new Map<string, Promise<void>>();
  const total = { passed: 0, failed: 0 };
  const blocked = (step: Step): boolean =>
    (step.after ?? []).some((name) => running.has(name) || waiting.some((other) => other.name === name));
  while (waiting.length > 0 || running.size > 0) {
    const next = running.size < atOnce ? waiting.findIndex((step) => !blocked(step)) : -1;
    const [step] = next < 0 ? [] : waiting.splice(next, 1);
    if (step === undefined) {
      await Promise.race(running.values());
      continue;
    }
    const started = performance.now();
    const done = perform(step).then((count) => {
      durations.set(step.name, performance.now() - started);
      total.passed += count.passed;
      total.failed += count.failed;
      running.delete(step.name);
    });
    running.set(step.name, done);
  }
  return total;
};

const main = async (args: readonly string[]): Promise<number> => {
  const all = steps();
  const known = all.filter(({ onRequest }) => onRequest !== true);
  if (args.includes("--list")) {
    for (const step of all) console.log(step.name);
    return 0;
  }
  const only = args[args.indexOf("--only") + 1];
  let chosen = known;
  if (args.length > 0) {
    if (args.length !== 2 || args[0] !== "--only" || only === undefined) {
      console.error("usage: npm test [-- --only <step>[,<step>] | --list]");
      return 64;
    }
    const wanted = only.split(",");
    const meant = (step: Step, name: string): boolean =>
      step.onRequest === true ? step.name === name : step.name.startsWith(name);
    const unknown = wanted.filter((name) => !all.some((step) => meant(step, name)));
    if (unknown.length > 0) {
      console.error(
        `no step begins with ${unknown.join(", ")}; there are: ${all.map((step) => step.name).join(", ")}`,
      );
      return 64;
    }
    chosen = all.filter((step) => wanted.some((name) => meant(step, name)));
  }
  const started = performance.now();
  const total = await performAll(chosen);
  console.log(`${chosen.length} steps in ${seconds(started)}, two at a time:\n${timetable()}`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
};

process.exitCode = await main(process.argv.slice(2));
