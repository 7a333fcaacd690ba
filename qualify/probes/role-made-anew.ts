import {
  CreateFunctionCommand,
  InvokeCommand,
  UpdateFunctionCodeCommand,
  type Runtime,
} from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import { refusal } from "../clients.js";
import { seen, unknown, type Finding } from "../model.js";
import { probe } from "../probe.js";
import { makeRole } from "../roles.js";

const SOURCE = "export const handler = async () => process.env.VALUE;\n";
const RUNTIME: Runtime = "nodejs22.x";
const LAMBDA = { Service: "lambda.amazonaws.com" };

/** A role of a moment ago cannot be assumed yet, which says nothing about its key. */
export const isEarly = (code: string | undefined): boolean =>
  code !== undefined &&
  /AccessDenied|InvalidParameterValue|ResourceConflict|ResourceNotReady/.test(code) &&
  !/KMS/.test(code);

export const judge = (code: string | undefined): Finding => {
  if (code === undefined)
    return seen("keeps-key", "With its role made anew the function read its environment.");
  return /KMS/.test(code)
    ? seen("loses-key", `With its role made anew the function got ${code}.`)
    : unknown(`With its role made anew the function got ${code}.`);
};

export const roleMadeAnew = probe("role-made-anew", async (stage) => {
  const { lambda } = stage.clients;
  const name = `${stage.run}-env`;
  const Role = await makeRole(stage, name, LAMBDA);
  stage.made("function", name);
  const ZipFile = zipSync({ "index.mjs": strToU8(SOURCE) });
  const Environment = { Variables: { VALUE: "abc" } };
  const Handler = "index.handler";
  const create = () =>
    refusal(
      lambda.send(
        new CreateFunctionCommand({
          FunctionName: name,
          Role,
          Runtime: RUNTIME,
          Handler,
          Code: { ZipFile },
          Environment,
        }),
      ),
    );
  const through = (code: string | undefined) => code === undefined || code === "ResourceConflictException";
  await stage.until("a function to be made with a new role", 120, create, through);
  const invoke = () => refusal(lambda.send(new InvokeCommand({ FunctionName: name })));
  await stage.until("the function to answer", 120, invoke, (code) => code === undefined);
  await stage.undo("role", name);
  await makeRole(stage, name, LAMBDA);
  // New code ends the processes that have read the environment already.
  const renewed = async () => {
    const renew = () => refusal(lambda.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile })));
    await stage.until("new code for the function", 120, renew, (code) => !isEarly(code));
    return (await stage.until("an answer of the function", 180, invoke, (code) => !isEarly(code))).answer;
  };
  // The role before may count for some time: that the function still reads says little until that is over.
  const spread = performance.now() + stage.patience(60) * 1000;
  const decided = (code: string | undefined) => code !== undefined || performance.now() > spread;
  const { answer } = await stage.until("the new role to count", 400, renewed, decided);
  await stage.undo("function", name);
  await stage.undo("role", name);
  return judge(answer);
});
