import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { uncoveredReasons } from "../../../functions/core/outcomes.js";
import { report } from "../../../functions/core/sessions/report.js";
import {
  countDropped,
  countReport,
  countSweep,
  createTelemetry,
} from "../../../functions/runtime/telemetry.js";
import { aCreate, aModify, anObservation, theSettings } from "../../support/builders.js";
import { done, failed } from "../../support/fakes.js";
import type { Done } from "../../../functions/core/sessions/decisions.js";

/** One line of what the functions print: a log, or a metric in CloudWatch's embedded format. */
type Line = Record<string, unknown>;
let lines: Line[] = [];
const before = { ...process.env };

beforeEach(() => {
  lines = [];
  // Powertools writes to the console that Jest can see only in its development mode.
  process.env["POWERTOOLS_DEV"] = "true";
  process.env["POWERTOOLS_METRICS_DISABLED"] = "false";
  // As Terraform sets them.
  process.env["POWERTOOLS_SERVICE_NAME"] = "traffic-mirror";
  process.env["POWERTOOLS_METRICS_NAMESPACE"] = "TrafficMirror";
  for (const level of ["log", "info", "warn", "error"] as const) {
    jest.spyOn(console, level).mockImplementation((text) => {
      lines.push(JSON.parse(String(text)) as Line);
    });
  }
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...before };
});

const empty = report({
  run: { settings: theSettings() },
  observation: anObservation(),
  plans: [],
  done: [],
  replanned: new Map(),
  heldRemovals: 0,
  heldCreations: 0,
  foreign: 1,
  otherControllers: 0,
  sessionsOfOurs: 1,
  sessionsNotSeen: 0,
});

describe("metrics", () => {
  it("are in our namespace, under the two dimensions that the alarms name", () => {
    const telemetry = createTelemetry("mirror");
    countReport(telemetry, empty, []);
    countDropped(telemetry, ["foreign", "foreign"]);
    telemetry.metrics.publishStoredMetrics();
    expect(lines).toMatchObject([
      {
        _aws: {
          CloudWatchMetrics: [{ Namespace: "TrafficMirror", Dimensions: [["service", "controller"]] }],
        },
        service: "traffic-mirror",
        controller: "mirror",
        SessionsCreated: 0,
        NotPermitted: 0,
        PolicyRefused: 0,
        EventsDropped: 2,
      },
    ]);
  });

  it("of a sweep tell every reason, zeros too", () => {
    const telemetry = createTelemetry("mirror");
    countSweep(telemetry, empty, 4, 1_234);
    telemetry.metrics.publishStoredMetrics();
    const reasons = lines.filter((line) => "SourcesUncoveredByReason" in line);
    expect(reasons.map(({ reason }) => reason).sort()).toEqual([...uncoveredReasons].sort());
    expect(reasons).toContainEqual(
      expect.objectContaining({ controller: "mirror", SourcesUncoveredByReason: 0 }),
    );
    expect(lines.at(-1)).toMatchObject({ QuotaUsedPercent: 50, SweepDuration: 1_234, SessionsForeign: 1 });
  });
});

describe("the log of an action", () => {
  const logged = (one: Done) => {
    createTelemetry("mirror").onDone(one);
    return lines;
  };

  it("names interface, rule, reason and what was done", () => {
    const action = { ...aCreate("eni-1"), instanceId: "i-1", ruleName: "web" };
    expect(logged({ action, outcome: done })).toMatchObject([
      {
        level: "INFO",
        message: "session create",
        interface: "eni-1",
        instance: "i-1",
        rule: "web",
        reason: "not-mirrored",
        outcome: "done",
        target: "tmt-a",
        number: 1,
      },
    ]);
  });

  it("warns with AWS's code and bounded words when it did not succeed", () => {
    const outcome = { ...failed("refused", "NetworkInterfaceNotSupported"), message: "x".repeat(10_000) };
    const [line] = logged({ action: aModify("eni-1"), outcome: outcome });
    expect(line).toMatchObject({ level: "WARN", code: "NetworkInterfaceNotSupported", session: "tms-eni-1" });
    expect(String(line?.["aws_message"])).toHaveLength(500);
  });

  it("is loud when a permission is missing", () => {
    expect(logged({ action: aCreate("eni-1"), outcome: failed("not-permitted") })).toMatchObject([
      { level: "ERROR" },
    ]);
  });
});
