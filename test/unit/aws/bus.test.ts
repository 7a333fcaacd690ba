import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { createPublisher, inBatches } from "../../../functions/aws/bus.js";
import type { BusEvent } from "../../../functions/core/sessions/bus-events.js";
import { aClock } from "../../support/fakes.js";

const events = mockClient(EventBridgeClient);
const message = (n: number, text = ""): BusEvent => ({
  detailType: "Mirror Session Changed",
  detail: { n, text },
});
const many = (count: number, text = "") => Array.from({ length: count }, (_, n) => message(n, text));
let lost: unknown[] = [];
const clock = aClock();
const publish = (messages: readonly BusEvent[], until = Infinity) =>
  createPublisher(new EventBridgeClient({ region: "eu-west-1" }), "mirror", clock, ({ detail }, why) => {
    lost.push([detail["n"], why]);
  })(messages, until);
/** The numbers of the messages in each call. */
const sent = () =>
  events
    .commandCalls(PutEventsCommand)
    .map(({ args }) =>
      (args[0].input.Entries ?? []).map(({ Detail = "{}" }) => (JSON.parse(Detail) as { n: number }).n),
    );

beforeEach(() => {
  events.reset();
  lost = [];
});

describe("messages", () => {
  it("say who sends them, and go to the controller's bus", async () => {
    events.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
    expect(await publish([message(1)])).toBe(0);
    expect(events.calls()[0]?.args[0].input).toEqual({
      Entries: [
        {
          EventBusName: "mirror",
          Source: "traffic-mirror.controller",
          DetailType: "Mirror Session Changed",
          Detail: '{"n":1,"text":""}',
        },
      ],
    });
  });

  it("cost nothing when there are none", async () => {
    expect(await publish([])).toBe(0);
    expect(events.calls()).toEqual([]);
  });

  it("go ten in a call, and no more than a call may weigh", async () => {
    events.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
    await publish(many(23));
    expect(sent().map((numbers) => numbers.length)).toEqual([10, 10, 3]);
    const heavy = inBatches(many(5, "x".repeat(100_000)));
    expect(heavy.map((batch) => batch.length)).toEqual([2, 2, 1]);
  });

  it("that an answer of success says have failed are sent again, and they alone", async () => {
    events
      .on(PutEventsCommand)
      .resolvesOnce({
        FailedEntryCount: 1,
        Entries: [
          { EventId: "a" },
          { ErrorCode: "ThrottlingException", ErrorMessage: "slow" },
          { EventId: "c" },
        ],
      })
      .resolves({ FailedEntryCount: 0 });
    expect(await publish(many(3))).toBe(0);
    expect(sent()).toEqual([[0, 1, 2], [1]]);
  });

  it("that cannot be sent are counted and named, never thrown", async () => {
    events.on(PutEventsCommand).rejects(new Error("no way"));
    expect(await publish(many(2))).toBe(2);
    expect(lost).toEqual([
      [0, "Error: no way"],
      [1, "Error: no way"],
    ]);
    expect(sent()).toHaveLength(4);
  });

  it("are not tried again and again on a bus that takes nothing", async () => {
    events.on(PutEventsCommand).rejects(new Error("no way"));
    expect(await publish(many(30))).toBe(30);
    expect(sent()).toHaveLength(4 + 1 + 1);
  });

  it("for which there is no time are counted, and named once", async () => {
    events.on(PutEventsCommand).callsFake(async () => {
      await clock.sleep(100);
      return { FailedEntryCount: 0 };
    });
    expect(await publish(many(100), clock.now() + 150)).toBe(80);
    expect(sent()).toHaveLength(2);
    expect(lost).toEqual([[20, "no time was left for it and 79 others"]]);
    expect(await publish(many(3), clock.now())).toBe(3);
    expect(sent()).toHaveLength(2);
  });
});
