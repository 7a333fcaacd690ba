/** Who a caller is, to IAM, to CloudTrail and to itself; and conditions that ask for it. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import {
  DeleteParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  PutParameterCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { startLocalCloud, type LocalCloud } from "../index.js";
import { assumeRole, createFunction, createRole, iamCall, lambdaOf, sdk } from "../support/resources.js";
import { judge } from "./judge.js";

const ACCOUNT = "111111111111";
const WHERE = { account: ACCOUNT, region: "eu-west-1" };
const INSTANCE = "i-0123456789abcdef0";
// moto imports a service when it is first asked for it, which takes seconds on a busy machine
jest.setTimeout(60_000);
let cloud: LocalCloud;

beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterAll(() => cloud.stop());
afterEach(async () => {
  const gaps = await cloud.gaps();
  await cloud.reset();
  expect(gaps).toEqual([]);
});

const roleId = async (RoleName: string): Promise<string> =>
  /<RoleId>([^<]+)</.exec(await iamCall(cloud, ACCOUNT, { Action: "GetRole", RoleName }))?.[1] ?? "";
const outcome = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "ok",
    (error: unknown) => (error as Error).name,
  );

/** May put events under its own name, and read the parameters that are tagged with it. */
const own = [
  {
    Effect: "Allow",
    Action: "events:PutEvents",
    Resource: "*",
    Condition: {
      "ForAllValues:StringEquals": { "events:source": "app/${aws:userid}", "events:detail-type": ["Asked"] },
      Null: { "events:source": "false", "events:detail-type": "false" },
    },
  },
  {
    Effect: "Allow",
    Action: "ssm:GetParameter",
    Resource: "arn:aws:ssm:*:*:parameter/app/*",
    Condition: { StringEquals: { "ssm:resourceTag/owner": "${aws:userid}" } },
  },
];

const WHO = `
export const handler = async () => {
  const response = await fetch(process.env.AWS_ENDPOINT_URL, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      authorization: "AWS4-HMAC-SHA256 Credential=" + process.env.AWS_ACCESS_KEY_ID + "/20260101/eu-west-1/sts/aws4_request, SignedHeaders=host, Signature=0",
    },
    body: "Action=GetCallerIdentity&Version=2011-06-15",
  });
  const text = await response.text();
  return [/<UserId>(.*?)</.exec(text)?.[1], /<Arn>(.*?)</.exec(text)?.[1]];
};`;

describe("a caller", () => {
  test("that is a function is its role's id and the function's name", async () => {
    const FunctionName = await createFunction(cloud, ACCOUNT, WHO);
    const { Payload } = await lambdaOf(cloud, ACCOUNT).send(new InvokeCommand({ FunctionName }));
    expect(JSON.parse(Buffer.from(Payload ?? []).toString())).toEqual([
      `${await roleId(FunctionName)}:${FunctionName}`,
      `arn:aws:sts::${ACCOUNT}:assumed-role/${FunctionName}/${FunctionName}`,
    ]);
  });

  test("that is a session of a role may do what the role may, and no more", async () => {
    await createRole(cloud, ACCOUNT, "app", own);
    const session = await assumeRole(cloud, ACCOUNT, "app", INSTANCE);
    expect(session.userId).toBe(`${await roleId("app")}:${INSTANCE}`);
    const events = new EventBridgeClient(session.config);
    const put = (...entries: { Source: string; DetailType?: string }[]) =>
      outcome(
        events.send(
          new PutEventsCommand({
            Entries: entries.map((entry) => ({ DetailType: "Asked", Detail: "{}", ...entry })),
          }),
        ),
      );
    const mine = { Source: `app/${session.userId}` };
    expect(await put(mine, mine)).toBe("ok");
    expect(await put({ Source: "app/AROAOTHER:i-0fedcba9876543210" })).toBe("AccessDeniedException");
    expect(await put({ ...mine, DetailType: "Forged" })).toBe("AccessDeniedException");
    expect(await put(mine, { Source: "app" })).toBe("AccessDeniedException");
    expect(await put({ Source: "app/${aws:userid}" })).toBe("AccessDeniedException");

    const admin = sdk(cloud, ACCOUNT, SSMClient);
    for (const [Name, Value] of [
      ["/app/mine", session.userId],
      ["/app/theirs", "AROAOTHER:i-1"],
    ] as const) {
      const Tags = [{ Key: "owner", Value }];
      await admin.send(new PutParameterCommand({ Name, Value: "x", Type: "String", Tags }));
    }
    const ssm = new SSMClient(session.config);
    const get = (Name: string) => outcome(ssm.send(new GetParameterCommand({ Name })));
    expect(await get("/app/mine")).toBe("ok");
    expect(await get("/app/theirs")).toBe("AccessDeniedException");
    // what is not there has no tag, so IAM does not even say that it is missing
    expect(await get("/app/nothing")).toBe("AccessDeniedException");
    expect(await cloud.denials()).toHaveLength(6);
  });

  test("that is a session of a role that nobody made may do everything", async () => {
    const session = await assumeRole(cloud, "333333333333", "unknown", "terraform");
    const ssm = new SSMClient(session.config);
    await ssm.send(new PutParameterCommand({ Name: "/app/x", Value: "x", Type: "String" }));
  });
});

test("a role of a moment ago may do nothing yet, and one that nobody made everything", async () => {
  await cloud.settings({ permissionDelay: 60_000 });
  await createRole(cloud, ACCOUNT, "new");
  const put = async (account: string, role: string) => {
    const { config } = await assumeRole(cloud, account, role, "terraform");
    const command = new PutParameterCommand({ Name: "/app/x", Value: "x", Type: "String", Overwrite: true });
    return outcome(new SSMClient(config).send(command));
  };
  expect([await put(ACCOUNT, "new"), await put("333333333333", "unknown")]).toEqual([
    "AccessDeniedException",
    "ok",
  ]);
  await cloud.settings({ clockOffset: 61_000 });
  expect(await put(ACCOUNT, "new")).toBe("ok");
});

describe("parameters by path, with tags", () => {
  const tags = { Tags: [{ Key: "owner", Value: "us" }] };
  const path = `arn:aws:ssm:*:${ACCOUNT}:parameter/app/demands`;
  const all = [
    {
      Effect: "Allow",
      Action: ["ssm:GetParametersByPath", "ssm:DeleteParameters"],
      Resource: [path, `${path}/*`],
    },
    { Effect: "Allow", Action: ["ssm:PutParameter"], Resource: `${path}/*` },
    {
      Effect: "Allow",
      Action: "ssm:AddTagsToResource",
      Resource: `${path}/*`,
      Condition: { StringEquals: { "aws:RequestTag/owner": "us" } },
    },
  ];
  const asRole = async (statements: readonly unknown[]): Promise<SSMClient> => {
    await createRole(cloud, ACCOUNT, "reader", statements);
    return new SSMClient((await assumeRole(cloud, ACCOUNT, "reader", "session")).config);
  };
  const put = (ssm: SSMClient, name: string, more: object = tags) =>
    ssm.send(new PutParameterCommand({ Name: `/app/demands/${name}`, Value: "1", Type: "String", ...more }));

  test("are read ten at a time, put once with tags, put again without, and removed", async () => {
    const ssm = await asRole(all);
    for (let i = 0; i < 12; i++) await put(ssm, `d-${i}`);
    expect(await outcome(put(ssm, "d-0"))).toBe("ParameterAlreadyExists");
    expect(await outcome(put(ssm, "d-0", { ...tags, Overwrite: true }))).toBe("ValidationException");
    expect(await put(ssm, "d-0", { Overwrite: true })).toMatchObject({ Version: 2 });
    const names: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await ssm.send(new GetParametersByPathCommand({ Path: "/app/demands", NextToken }));
      expect(page.Parameters?.length).toBeLessThanOrEqual(10);
      names.push(...(page.Parameters ?? []).map(({ Name = "" }) => Name));
      NextToken = page.NextToken;
    } while (NextToken);
    expect(names).toHaveLength(12);
    expect(await outcome(ssm.send(new DeleteParametersCommand({ Names: names })))).toBe(
      "ValidationException",
    );
    const { DeletedParameters, InvalidParameters } = await ssm.send(
      new DeleteParametersCommand({ Names: [...names.slice(0, 3), "/app/demands/none"] }),
    );
    expect(DeletedParameters).toEqual(names.slice(0, 3));
    expect(InvalidParameters).toEqual(["/app/demands/none"]);
  });

  test.each([
    [
      "the path itself",
      0,
      (ssm: SSMClient) => ssm.send(new GetParametersByPathCommand({ Path: "/app/demands" })),
    ],
    ["the tags of a new one", 2, (ssm: SSMClient) => put(ssm, "x")],
  ])("need a permission for %s", async (_, left, ask) => {
    const ssm = await asRole(all.filter((__, index) => index !== left));
    expect(await outcome(ask(ssm))).toBe("AccessDeniedException");
  });
});

describe("a document by itself", () => {
  const document = JSON.stringify({ Version: "2012-10-17", Statement: own });
  const ask = (Source: string, DetailType = "Asked") =>
    judge(document, WHERE, {
      userId: "AROAX:i-1",
      service: "events",
      action: "PutEvents",
      body: {
        Entries: [
          { Source: "app/AROAX:i-1", DetailType: "Asked" },
          { Source, DetailType },
        ],
      },
    });

  test("is judged as that of a role", async () => {
    expect(await ask("app/AROAX:i-1")).toBe("allow");
    expect(await ask("app/AROAX:i-2")).toBe("none");
    expect(await ask("app/AROAX:i-1", "Forged")).toBe("none");
    const read = { userId: "AROAX:i-1", service: "ssm", action: "GetParameter", body: { Name: "/app/x" } };
    expect(await judge(document, WHERE, { ...read, tags: { owner: "AROAX:i-1" } })).toBe("allow");
    expect(await judge(document, WHERE, { ...read, tags: { owner: "AROAX:i-2" } })).toBe("none");
    expect(await judge(document, WHERE, read)).toBe("none");
  });

  test("must be one", async () => {
    const question = { userId: "", service: "ssm", action: "GetParameter", body: {} };
    await expect(judge("{}", WHERE, question)).rejects.toThrow("no policy document");
  });
});
