import {
  AddTagsToResourceCommand,
  DeleteParametersCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ParameterAlreadyExists,
  PutParameterCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { createDemandParameters } from "../../../functions/aws/demand-parameters.js";
import { createPace } from "../../../functions/aws/pace.js";
import { newDemand, type Demand } from "../../../functions/core/demands/demand.js";
import { aClock, NOON } from "../../support/fakes.js";

const ssm = mockClient(SSMClient);
const clock = aClock();
const storeWith = (pace = createPace({ perSecond: 1000, burst: 1000 }, clock)) =>
  createDemandParameters(new SSMClient({ region: "eu-west-1" }), {
    path: "/mirror/demands",
    controller: "mirror",
    pace,
    clock,
  });
const demand: Demand = {
  interfaceId: "eni-1",
  status: "mirrored",
  sessionId: "tms-1",
  at: NOON,
  claims: [
    { by: "guardduty", since: NOON, until: NOON + 60_000 },
    {
      by: "traffic-mirror/AROA:i-1",
      since: NOON,
      until: NOON + 30_000,
      withdrawnAt: NOON + 30_000,
      note: "why",
    },
  ],
};
const exists = () => new ParameterAlreadyExists({ message: "there", $metadata: {} });
const inputs = () => ssm.calls().map(({ args }) => args[0].input as Record<string, unknown>);
/** The value that was written last. */
const written = () => inputs().at(-1)?.["Value"] as string;

beforeEach(() => {
  ssm.reset();
});

describe("a demand in SSM", () => {
  it("is read as it was written", async () => {
    ssm.on(PutParameterCommand).resolves({ Version: 1 });
    const store = storeWith();
    expect(await store.put(demand, undefined)).toEqual({ written: true, overwritten: [] });
    const Value = written();
    ssm.on(GetParametersCommand).resolves({ Parameters: [{ Value, Version: 1 }] });
    expect(await store.of(["eni-1"])).toEqual([{ demand, version: 1 }]);
  });

  it("is JSON that a script can read", async () => {
    ssm.on(PutParameterCommand).resolves({ Version: 1 });
    await storeWith().put(demand, undefined);
    expect(JSON.parse(written())).toEqual({
      version: 1,
      network_interface_id: "eni-1",
      status: "mirrored",
      session_id: "tms-1",
      reason: null,
      since: "2026-01-05T12:00:00.000Z",
      expires_at: "2026-01-05T12:01:00.000Z",
      claims: [
        { by: "guardduty", since: "2026-01-05T12:00:00.000Z", expires_at: "2026-01-05T12:01:00.000Z" },
        {
          by: "traffic-mirror/AROA:i-1",
          since: "2026-01-05T12:00:00.000Z",
          expires_at: "2026-01-05T12:00:30.000Z",
          withdrawn_at: "2026-01-05T12:00:30.000Z",
          note: "why",
        },
      ],
    });
  });

  it("fits into a standard parameter with as many claims as it can have, and the longest words", async () => {
    ssm.on(PutParameterCommand).resolves({ Version: 1 });
    const claims = Array.from({ length: 8 }, (_, n) => ({
      by: `traffic-mirror/AROAEXAMPLEEXAMPLEXYZ${String(n)}:${"s".repeat(64)}`,
      since: NOON,
      until: NOON,
      withdrawnAt: NOON,
      note: "n".repeat(200),
    }));
    await storeWith().put({ ...demand, claims }, undefined);
    expect(Buffer.byteLength(written())).toBeLessThanOrEqual(4096);
  });

  it("is tagged with who may read it, when it is new", async () => {
    ssm.on(PutParameterCommand).resolves({ Version: 1 });
    await storeWith().put(demand, undefined);
    await storeWith().put(newDemand("eni-2", NOON), undefined);
    expect(inputs()).toMatchObject([
      {
        Name: "/mirror/demands/eni-1",
        Tags: [
          { Key: "traffic-mirror:controller", Value: "mirror" },
          { Key: "traffic-mirror:requester", Value: "AROA:i-1" },
        ],
      },
      { Tags: [{}, { Key: "traffic-mirror:requester", Value: "any" }] },
    ]);
    expect(inputs()[0]).not.toHaveProperty("Overwrite");
  });
});

describe("the reader of an answer", () => {
  const asked = (by: string): Demand => ({
    ...newDemand("eni-1", NOON),
    claims: [{ by, since: NOON, until: NOON + 60_000 }],
  });

  it("may be one who was refused", async () => {
    ssm.on(PutParameterCommand).resolves({ Version: 1 });
    const refused: Demand = {
      ...newDemand("eni-1", NOON),
      status: "refused",
      refusedRequester: "traffic-mirror/AROA:i-2",
    };
    await storeWith().put(refused, undefined);
    expect(inputs()[0]).toMatchObject({ Tags: [{}, { Value: "AROA:i-2" }] });
    ssm.on(GetParametersCommand).resolves({ Parameters: [{ Value: written(), Version: 1 }] });
    expect((await storeWith().of(["eni-1"]))[0]?.demand).toEqual(refused);
  });

  it("joins later where nobody in particular has asked before, and takes it from nobody", async () => {
    ssm.on(PutParameterCommand).resolves({ Version: 2 });
    ssm.on(AddTagsToResourceCommand).resolves({});
    const [any, one] = [asked("traffic-mirror"), asked("traffic-mirror/AROA:i-1")];
    await storeWith().put(one, { demand: any, version: 1 });
    await storeWith().put(one, { demand: one, version: 1 });
    await storeWith().put(any, { demand: any, version: 1 });
    expect(ssm.commandCalls(AddTagsToResourceCommand).map(({ args }) => args[0].input)).toEqual([
      {
        ResourceType: "Parameter",
        ResourceId: "/mirror/demands/eni-1",
        Tags: [{ Key: "traffic-mirror:requester", Value: "AROA:i-1" }],
      },
    ]);
  });
});

describe("one who was refused", () => {
  it("gives way to one who has a claim", async () => {
    ssm.on(PutParameterCommand).resolves({ Version: 2 });
    ssm.on(AddTagsToResourceCommand).resolves({});
    const refused: Demand = { ...newDemand("eni-1", NOON), refusedRequester: "traffic-mirror/AROA:i-2" };
    const claims = [{ by: "traffic-mirror/AROA:i-1", since: NOON, until: NOON + 60_000 }];
    await storeWith().put({ ...refused, claims }, { demand: refused, version: 1 });
    expect(inputs().at(-1)).toMatchObject({ Tags: [{ Value: "AROA:i-1" }] });
  });
});

describe("two writers", () => {
  it("cannot both make it", async () => {
    ssm.on(PutParameterCommand).rejects(exists());
    expect(await storeWith().put(demand, undefined)).toEqual({ written: false, overwritten: [] });
  });

  it("learn from the version that one has overwritten the other, and what", async () => {
    ssm.on(PutParameterCommand).resolves({ Version: 1 });
    await storeWith().put({ ...demand, status: "requested" }, undefined);
    const Value = written();
    ssm.on(PutParameterCommand).resolves({ Version: 5 });
    ssm.on(GetParametersCommand).resolves({ Parameters: [{ Value, Version: 4 }] });
    const { written: done, overwritten } = await storeWith().put(demand, { demand, version: 3 });
    expect(done).toBe(false);
    expect(overwritten).toMatchObject([{ status: "requested" }]);
    expect(inputs().at(-1)).toEqual({ Names: ["/mirror/demands/eni-1:4"] });
  });

  it("are none when the version is the next", async () => {
    ssm.on(PutParameterCommand).resolves({ Version: 4 });
    expect((await storeWith().put(demand, { demand, version: 3 })).written).toBe(true);
  });
});

describe("all demands", () => {
  it("are read ten at a time, page after page", async () => {
    ssm
      .on(GetParametersByPathCommand)
      .resolvesOnce({ Parameters: [], NextToken: "more" })
      .resolves({ Parameters: [] });
    expect(await storeWith().all()).toEqual([]);
    expect(inputs().map(({ MaxResults, NextToken }) => [MaxResults, NextToken])).toEqual([
      [10, undefined],
      [10, "more"],
    ]);
  });

  it("leave out what we did not write", async () => {
    const Parameters = [{ Value: "no json" }, { Value: "{}" }, { Value: '{"status":"odd"}' }, {}];
    ssm.on(GetParametersByPathCommand).resolves({ Parameters });
    expect(await storeWith().all()).toEqual([]);
  });

  it("are read at their own pace", async () => {
    const slow = createPace({ perSecond: 1, burst: 1 }, clock);
    ssm.on(GetParametersCommand).resolves({ Parameters: [] });
    const before = clock.now();
    await storeWith(slow).of(Array.from({ length: 30 }, (_, n) => `eni-${String(n)}`));
    expect(clock.now() - before).toBe(2_000);
    expect(inputs()).toHaveLength(3);
  });

  it("are counted at most once a minute", async () => {
    ssm.on(GetParametersByPathCommand).resolves({ Parameters: [] });
    ssm.on(PutParameterCommand).resolves({ Version: 1 });
    const store = storeWith();
    expect(await store.count()).toMatchObject({ open: 0, kept: 0 });
    await store.put(demand, undefined);
    expect(await store.count()).toMatchObject({ open: 1, kept: 1 });
    expect(ssm.commandCalls(GetParametersByPathCommand)).toHaveLength(1);
    clock.advance(60_000);
    expect(await store.count()).toMatchObject({ open: 0, kept: 0 });
  });

  it("cannot be read: that is an error, never an empty list", async () => {
    ssm.onAnyCommand().rejects(new Error("ThrottlingException"));
    await expect(storeWith().all()).rejects.toThrow();
    await expect(storeWith().count()).rejects.toThrow();
    await expect(storeWith().of(["eni-1"])).rejects.toThrow();
  });
});

describe("what is over", () => {
  it("is deleted ten at a time", async () => {
    ssm.on(DeleteParametersCommand).resolves({});
    await storeWith().remove(Array.from({ length: 11 }, (_, n) => `eni-${String(n)}`));
    expect(inputs().map(({ Names }) => (Names as string[]).length)).toEqual([10, 1]);
  });
});
