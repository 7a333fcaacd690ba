/**
 * What `make qualify` asks Systems Manager of a capture node. The local cloud has no such service, so here are answers as
 * the API reference describes them; that the requests are right is for AWS's models to say.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createClients } from "../../../qualify/clients.js";
import { NONE } from "../../../qualify/options.js";
import type { Outputs } from "../../../qualify/outputs.js";
import { captured, onNode } from "../../../qualify/node.js";
import { Stage } from "../../../qualify/stage.js";
import type { Deployment } from "../../../qualify/terraform.js";
import { root } from "../../../scripts/lib/run.js";

const INSTANCE = "i-0123456789abcdef0";
const COMMAND = "11111111-2222-3333-4444-555555555555";
const calls: { readonly body: string; readonly headers: http.IncomingHttpHeaders }[] = [];
/** Of each operation, one after the other; the last one stays. */
let answers: Record<string, object[]>;
let server: http.Server;
let stage: Stage;

beforeAll(async () => {
  server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      calls.push({ body: Buffer.concat(chunks).toString(), headers: request.headers });
      const operation = String(request.headers["x-amz-target"]).split(".").at(-1) ?? "";
      const left = answers[operation] ?? [];
      const answer = (left.length > 1 ? left.shift() : left[0]) ?? { __type: "UnknownOperationException" };
      response.writeHead("__type" in answer ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: "111111111111", secretAccessKey: "x" };
  stage = new Stage({
    clients: createClients({ region: "eu-west-1", endpoint, credentials }),
    run: "qualify-000000",
    cloud: "aws",
    account: "111111111111",
    journal: { made: () => undefined, gone: () => undefined },
    clock: { deadline: Infinity, signal: new AbortController().signal },
    extras: NONE,
    outputs: {} as Outputs,
    terraform: {} as Deployment,
    say: () => undefined,
  });
});
beforeEach(() => {
  calls.length = 0;
  answers = {
    DescribeInstanceInformation: [
      { InstanceInformationList: [] },
      { InstanceInformationList: [{ InstanceId: INSTANCE, PingStatus: "Online" }] },
    ],
    SendCommand: [{ Command: { CommandId: COMMAND } }],
    GetCommandInvocation: [
      { __type: "InvocationDoesNotExist" },
      { Status: "InProgress" },
      { Status: "Success", StandardOutputContent: "done" },
    ],
  };
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

test("a node is waited for, told a command, and asked what it said, in requests that AWS's models know", async () => {
  expect(await onNode(stage, INSTANCE, captured(60))).toBe("done");
  expect(calls.map(({ headers }) => headers["x-amz-target"])).toEqual([
    "AmazonSSM.DescribeInstanceInformation",
    "AmazonSSM.DescribeInstanceInformation",
    "AmazonSSM.SendCommand",
    "AmazonSSM.GetCommandInvocation",
    "AmazonSSM.GetCommandInvocation",
    "AmazonSSM.GetCommandInvocation",
  ]);
  // moto brings botocore.
  const python = execFileSync(join(root, "scripts", "venv.sh"), ["venv", "local-cloud/requirements.txt"]);
  const given = calls.map((call) => ({
    service: "ssm",
    url: "https://ssm.eu-west-1.amazonaws.com/",
    method: "POST",
    ...call,
  }));
  const validate = [join(import.meta.dirname, "validate-calls.py")];
  const said = execFileSync(python.toString().trim(), validate, { input: JSON.stringify(given) });
  expect(JSON.parse(said.toString())).toEqual([]);
});

test("a command that fails is no answer", async () => {
  answers["GetCommandInvocation"] = [{ Status: "Failed", StandardErrorContent: "tcpdump: not found" }];
  await expect(onNode(stage, INSTANCE, "false")).rejects.toThrow(
    `the command on ${INSTANCE} ended as Failed: tcpdump: not found`,
  );
});

test("who may not ask is told so at once", async () => {
  for (const operation of ["SendCommand", "GetCommandInvocation"]) {
    const message = `not authorized: ssm:${operation}`;
    answers[operation] = [{ __type: "AccessDeniedException", message }];
    await expect(onNode(stage, INSTANCE, "true")).rejects.toThrow(message);
    answers[operation] = [{ Command: { CommandId: COMMAND } }];
  }
});
