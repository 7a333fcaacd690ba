/**
 * The capture node's Python programs sign and send their own requests; here these are held against the models that AWS
 * publishes with botocore. request-mirror.sh needs no such test: the AWS CLI, which runs it in its tests, does the same.
 */
import { expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { root } from "../../../scripts/lib/run.js";

interface Call {
  readonly service: string;
  readonly url: string;
  readonly method: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const here = import.meta.dirname;
// moto brings botocore.
const python = execFileSync(join(root, "scripts", "venv.sh"), ["venv", "local-cloud/requirements.txt"], {
  encoding: "utf8",
}).trim();

const calls = JSON.parse(
  execFileSync(
    python,
    [join(here, "record-node-calls.py"), join(root, "modules", "capture-fleet", "node", "bin")],
    {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    },
  ),
) as readonly Call[];

const findings = (given: readonly Call[]): readonly string[] =>
  JSON.parse(
    execFileSync(python, [join(here, "validate-calls.py")], {
      encoding: "utf8",
      input: JSON.stringify(given),
    }),
  ) as string[];

test("each program makes its calls", () => {
  expect(new Set(calls.map(({ service }) => service))).toEqual(new Set(["s3", "autoscaling", "ecr"]));
});

test("AWS's models know all of it", () => {
  expect(findings(calls)).toEqual([]);
});

test.each<[string, string, (call: Call) => Call, string]>([
  [
    "a parameter that is none",
    "autoscaling",
    (call) => ({ ...call, body: `${call.body}&Instance=i-1` }),
    "Unknown parameter",
  ],
  [
    "a parameter that is missing",
    "autoscaling",
    (call) => ({ ...call, body: call.body.replace("LifecycleHookName", "HookName") }),
    "Missing required parameter",
  ],
  [
    "an operation that is none",
    "autoscaling",
    (call) => ({ ...call, body: call.body.replace("CompleteLifecycleAction", "CompleteHook") }),
    "there is no operation",
  ],
  [
    "another version",
    "autoscaling",
    (call) => ({ ...call, body: call.body.replace("2011-01-01", "2012-01-01") }),
    "the version is",
  ],
  [
    "a value of another type",
    "ecr",
    (call) => ({ ...call, body: '{"registryIds":"111122223333"}' }),
    "Invalid type",
  ],
  [
    "a target of another service",
    "ecr",
    (call) => ({ ...call, headers: { ...call.headers, "X-Amz-Target": "AmazonECR.GetAuthorizationToken" } }),
    "the target is not",
  ],
  [
    "another host",
    "ecr",
    (call) => ({ ...call, url: "https://ecr.eu-west-1.amazonaws.com/" }),
    "is not of api.ecr",
  ],
  [
    "a parameter of an address",
    "s3",
    (call) => ({ ...call, url: call.url.replace("versionId", "version") }),
    "has no parameter",
  ],
])("a planted mistake is found: %s", (_, service, change, finding) => {
  const planted = calls.filter((call) => call.service === service).map(change);
  expect(findings(planted).join("\n")).toContain(finding);
});
