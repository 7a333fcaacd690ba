import { expect, it } from "@jest/globals";
import {
  DeleteParametersCommand,
  GetParametersByPathCommand,
  SSMClient,
  type Parameter,
} from "@aws-sdk/client-ssm";
import { mockClient } from "aws-sdk-client-mock";
import { createEarlierDemands } from "../../../functions/aws/earlier-demands.js";
import { createTakeOver } from "../../../functions/sweep/earlier-demands.js";
import { anApp } from "../../support/app.js";
import { aClaimStore, EVERYBODY } from "../../support/claim-store.js";
import { NOON } from "../../support/fakes.js";

const iso = (time: number) => new Date(time).toISOString();
const HOUR = 3_600_000;

/** As the version before wrote it. */
function aParameter(eni: string, claims: readonly object[], over: object = {}): Parameter {
  const demand = {
    version: 1,
    network_interface_id: eni,
    status: "mirrored",
    session_id: "tms-1",
    reason: null,
    since: iso(NOON - HOUR),
    expires_at: iso(NOON + HOUR),
    claims,
    ...over,
  };
  return { Name: `/mirror/demands/${eni}`, Value: JSON.stringify(demand) };
}
const aClaim = (by: string, until: string = iso(NOON + HOUR)) => ({
  by,
  since: iso(NOON - HOUR),
  expires_at: until,
});

function ssmWith(...parameters: Parameter[]) {
  const there = new Map(parameters.map((parameter) => [parameter.Name ?? "", parameter]));
  const mock = mockClient(SSMClient);
  mock.on(GetParametersByPathCommand).callsFake(() => ({ Parameters: [...there.values()] }));
  mock.on(DeleteParametersCommand).callsFake(({ Names }: { Names: string[] }) => {
    for (const name of Names) there.delete(name);
    return {};
  });
  const takeOver = createTakeOver(
    createEarlierDemands(new SSMClient({ region: "eu-west-1" }), "/mirror/demands"),
  );
  return { there, takeOver, reads: () => mock.commandCalls(GetParametersByPathCommand).length };
}

it("open demands of the version before become claims of the same parties, and their parameters go", async () => {
  const { there, takeOver } = ssmWith(
    aParameter("eni-1", [aClaim("traffic-mirror/AROA:i-1"), aClaim("guardduty"), aClaim("traffic-mirror")]),
    aParameter("eni-2", [aClaim("traffic-mirror", iso(NOON - 1))]),
  );
  const app = anApp();
  await takeOver(app);
  expect([...app.store.claims.values()]).toMatchObject([
    {
      interfaceId: "eni-1",
      requester: "AROA:i-1",
      status: "mirrored",
      sessionId: "tms-1",
      until: NOON + HOUR,
    },
    { interfaceId: "eni-1", requester: "guardduty" },
    { interfaceId: "eni-1", requester: "traffic-mirror" },
  ]);
  expect(there.size).toBe(0);
});

it("what nobody could read is not obeyed, and what was to last for ever lasts for the maximum", async () => {
  const { there, takeOver } = ssmWith(
    aParameter("eni-1", [aClaim("traffic-mirror", "+010000-01-01T00:00:00.000Z")]),
    aParameter("eni-2", [aClaim("traffic-mirror", "2100-01-01T00:00:00.000Z")]),
    { Name: "/mirror/demands/eni-3", Value: "{" },
  );
  const app = anApp();
  await takeOver(app);
  expect([...app.store.claims.values()].map(({ interfaceId, until }) => [interfaceId, until])).toEqual([
    ["eni-2", NOON + app.claimLimits.maximumMinutes * 60_000],
  ]);
  expect(there.size).toBe(0);
});

it("refuses none that is open, however many one party has, and counts them all", async () => {
  const { there, takeOver } = ssmWith(
    ...Array.from({ length: 25 }, (_, n) =>
      aParameter(`eni-${String(n)}`, [aClaim("traffic-mirror/AROA:web")]),
    ),
  );
  const app = anApp({
    store: aClaimStore([], undefined, { requestsPerMinute: 30, openPerRequester: 20, openInAll: 22 }),
  });
  await takeOver(app);
  expect([...app.store.claims.values()].filter(({ status }) => status === "mirrored")).toHaveLength(25);
  expect([app.store.open.get("AROA:web"), app.store.open.get(EVERYBODY), there.size]).toEqual([25, 25, 0]);
});

it("keeps the parameter of what could not be written for the next sweep", async () => {
  const { there, takeOver } = ssmWith(aParameter("eni-1", [aClaim("traffic-mirror")]));
  const app = anApp();
  const { write } = app.store;
  app.store.write = async () => "changed";
  await expect(takeOver(app)).rejects.toThrow("could not be taken over");
  expect(there.size).toBe(1);
  app.store.write = write;
  await takeOver(app);
  expect([app.store.claim("eni-1")?.status, there.size]).toEqual(["mirrored", 0]);
});

it("is done once for each process, goes on where it broke off, and leaves newer claims alone", async () => {
  const { takeOver, reads } = ssmWith(aParameter("eni-1", [aClaim("traffic-mirror")]));
  const app = anApp();
  const { write } = app.store;
  app.store.write = () => Promise.reject(new Error("DynamoDB says no"));
  await expect(takeOver(app)).rejects.toThrow("says no");
  app.store.write = write;
  app.store.put({
    interfaceId: "eni-1",
    requester: "traffic-mirror",
    status: "ended",
    at: NOON,
    since: NOON,
    until: NOON,
    received: NOON,
    withdrawnAt: NOON,
  });
  await takeOver(app);
  await takeOver(app);
  expect(reads()).toBe(2);
  expect(app.store.claim("eni-1")?.status).toBe("ended");
});
