import { createHash } from "node:crypto";
import {
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { createPolicyParameter } from "../../../functions/aws/policy-parameter.js";
import { awsError } from "../../support/ec2.js";

const ssm = mockClient(SSMClient);
const NAME = "/mirror/policy";
const parameter = createPolicyParameter(new SSMClient({ region: "eu-west-1" }), NAME);

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** As Terraform writes it: the head's value, and the values of its parts. */
function split(text: string, parts: number) {
  const digest = sha256(text);
  const length = Math.ceil(text.length / parts);
  return {
    head: JSON.stringify({ parts, digest }),
    values: Array.from({ length: parts }, (_, n) => `${digest}|${text.slice(n * length, (n + 1) * length)}|`),
  };
}

/** What SSM holds now. */
function holds(head: string, parts: readonly string[] = []) {
  ssm.on(GetParameterCommand, { Name: NAME }).resolves({ Parameter: { Value: head } });
  ssm.on(GetParametersCommand).callsFake(({ Names }: { Names: string[] }) => ({
    Parameters: Names.flatMap((Name) => {
      const Value = parts[Number(Name.split("/").at(-1)) - 1];
      return Value === undefined ? [] : [{ Name, Value }];
    }).reverse(),
  }));
}
/** What SSM held before, oldest first, as it answers. */
function held(Name: string, versions: readonly string[]) {
  ssm.on(GetParameterHistoryCommand, { Name }).resolves({ Parameters: versions.map((Value) => ({ Value })) });
}
async function history(): Promise<string[]> {
  const found: string[] = [];
  for await (const text of parameter.history()) found.push(text);
  return found;
}

beforeEach(() => {
  ssm.reset();
});

describe("the document", () => {
  it("is the parameter itself when it is small", async () => {
    holds('{"version":1}');
    expect(await parameter.read()).toMatchObject({ text: '{"version":1}' });
    expect(ssm.calls()).toHaveLength(1);
  });

  it("is as old as SSM says", async () => {
    const LastModifiedDate = new Date("2026-01-05T12:00:00Z");
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value: "{}", LastModifiedDate } });
    expect(await parameter.read()).toEqual({ text: "{}", writtenAt: LastModifiedDate.getTime() });
  });

  it("is handed on as it is when it is no JSON: the reader says what is wrong", async () => {
    holds("unused");
    expect(await parameter.read()).toMatchObject({ text: "unused" });
  });

  it("is put together from its parts, in whatever order SSM answers, ten names a call", async () => {
    const text = JSON.stringify({ long: "é|{".repeat(5_000) });
    const { head, values } = split(text, 16);
    holds(head, values);
    expect(await parameter.read()).toMatchObject({ text: text });
    expect(ssm.commandCalls(GetParametersCommand).map((call) => call.args[0].input.Names?.length)).toEqual([
      10, 6,
    ]);
  });

  it.each<[string, (values: string[]) => string[]]>([
    ["a part is missing", (values) => values.slice(0, 2)],
    ["a part is still another document's", ([first = "", ...rest]) => [first.replace(/^./, "x"), ...rest]],
    ["a part is unused so far", ([first = "", second = ""]) => [first, second, "unused"]],
    ["parts are not what the digest says", ([first = "", second = "", third = ""]) => [second, first, third]],
    ["the end of a part is cut off", ([first = "", ...rest]) => [first.slice(0, -1), ...rest]],
  ])("is not there yet while %s", async (_, torn) => {
    const { head, values } = split("abcdefghi", 3);
    holds(head, torn(values));
    expect((await parameter.read()).text).toBeUndefined();
  });

  it("cannot be read when SSM does not answer", async () => {
    ssm.on(GetParameterCommand).rejects(awsError("ParameterNotFound"));
    await expect(parameter.read()).rejects.toThrow("ParameterNotFound");
  });
});

describe("earlier documents", () => {
  it("come newest first", async () => {
    held(NAME, ["one", "two", "three"]);
    expect(await history()).toEqual(["three", "two", "one"]);
  });

  it("are read over all pages", async () => {
    ssm
      .on(GetParameterHistoryCommand)
      .resolvesOnce({ Parameters: [{ Value: "one" }], NextToken: "2" })
      .resolves({ Parameters: [{ Value: "two" }] });
    expect(await history()).toEqual(["two", "one"]);
  });

  it("that were split are put together from the versions of their parts", async () => {
    const [before, after] = [split("the document before", 2), split("the document after", 2)];
    held(NAME, [before.head, after.head]);
    for (const part of [0, 1]) {
      held(`${NAME}/${String(part + 1)}`, [before.values[part]!, after.values[part]!]);
    }
    expect(await history()).toEqual(["the document after", "the document before"]);
  });

  it("whose parts are not all there are passed over", async () => {
    const [before, torn] = [split("the document before", 2), split("the torn document", 2)];
    held(NAME, [before.head, torn.head]);
    held(`${NAME}/1`, [before.values[0]!, torn.values[0]!]);
    held(`${NAME}/2`, [before.values[1]!]);
    expect(await history()).toEqual(["the document before"]);
  });

  it("are read only as far as somebody asks", async () => {
    const before = split("the document before", 2);
    held(NAME, [before.head, "small and newest"]);
    const first = await parameter.history().next();
    expect(first.value).toBe("small and newest");
    expect(ssm.calls()).toHaveLength(1);
  });
});
