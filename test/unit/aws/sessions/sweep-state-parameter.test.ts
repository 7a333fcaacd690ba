import { GetParameterCommand, ParameterNotFound, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { createSweepStateParameter } from "../../../../functions/aws/sessions/sweep-state-parameter.js";
import {
  emptyWindow,
  withRemovals,
  withSessions,
} from "../../../../functions/core/sessions/removal-window.js";
import { emptySweepState } from "../../../../functions/core/sessions/sweep-state.js";
import { NOON } from "../../../support/fakes.js";

const ssm = mockClient(SSMClient);
const NAME = "/mirror/sweep-state";
const store = createSweepStateParameter(new SSMClient({ region: "eu-west-1" }), NAME);
/** The fullest that it can be. */
const full = Array.from({ length: 24 }).reduce((window: typeof emptyWindow, _, hour) => {
  const at = NOON + hour * 3_600_000;
  return withSessions(withRemovals(window, 10_000, at), 10_000, at);
}, emptyWindow);

const refusedTypes = Object.fromEntries(
  Array.from({ length: 40 }, (_, n) => [`u7in-32tb.${String(n)}xlarge`, NOON]),
);

/** As many as a controller's VPCs have, half of them since another time. */
const differingFilters = Object.fromEntries(
  Array.from({ length: 80 }, (_, n) => [
    `tmf-${(0x10000000000000000n + BigInt(n)).toString(16)}`,
    NOON + 60_000 * (n % 2),
  ]),
);
const fullState = {
  window: { ...full, underWayUntil: NOON },
  firstApply: "over" as const,
  refusedTypes,
  differingFilters,
};

beforeEach(() => {
  ssm.reset();
});

describe("the record of sweeps in SSM", () => {
  it("is read as it was written, and fits a standard parameter", async () => {
    ssm.on(PutParameterCommand).resolves({ Version: 8 });
    expect(await store.write(fullState, 7)).toEqual({ version: 8 });
    const { Value = "", Overwrite } = ssm.commandCalls(PutParameterCommand)[0]?.args[0].input ?? {};
    expect(Overwrite).toBe(true);
    expect(Value.length).toBeLessThan(4096);
    ssm.on(GetParameterCommand, { Name: NAME }).resolves({ Parameter: { Value, Version: 8 } });
    expect(await store.read()).toEqual({ state: fullState, version: 8 });
  });

  it("is empty as Terraform makes it", async () => {
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value: '{"version":1}', Version: 1 } });
    expect(await store.read()).toEqual({ state: emptySweepState, version: 1 });
  });

  it.each(["", "nonsense", "{}", '{"version":2}', '{"version":1,"removals":[[1,-1]]}', "null"])(
    "is lost when it holds %j",
    async (Value) => {
      ssm.on(GetParameterCommand).resolves({ Parameter: { Value, Version: 3 } });
      expect(await store.read()).toEqual({ state: null, version: 3 });
    },
  );

  it("is lost when it is gone, and unread when SSM says anything else", async () => {
    ssm.on(GetParameterCommand).rejects(new ParameterNotFound({ message: "gone", $metadata: {} }));
    expect(await store.read()).toEqual({ state: null, version: 0 });
    ssm.on(GetParameterCommand).rejects(new Error("throttled"));
    await expect(store.read()).rejects.toThrow("throttled");
  });

  it("brings back what another sweep wrote in between", async () => {
    const Value = JSON.stringify({ version: 1, removals: [[490_000, 5]], sessions: [] });
    ssm.on(PutParameterCommand).resolves({ Version: 9 });
    ssm.on(GetParameterCommand, { Name: `${NAME}:8` }).resolves({ Parameter: { Value, Version: 8 } });
    expect(await store.write(fullState, 7)).toEqual({
      version: 9,
      overwritten: {
        ...emptySweepState,
        window: { ...emptyWindow, removals: [{ hour: 490_000, count: 5 }] },
      },
    });
  });
});
