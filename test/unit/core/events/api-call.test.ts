import { describe, expect, it } from "@jest/globals";
import { parseEvent } from "../../../../functions/core/events/registry.js";
import { anEvent, ACCOUNT_REGION } from "../../../support/events.js";
import { processorTime } from "../../../support/processor.js";

const parsed = (name: string, over: object = {}) => parseEvent(anEvent(name, over), ACCOUNT_REGION);
const detailOf = (name: string) => (JSON.parse(anEvent(name)) as { detail: Record<string, unknown> }).detail;
/** The fixture with some fields of its detail replaced. */
const call = (name: string, over: object) => parsed(name, { detail: { ...detailOf(name), ...over } });

const I = "i-0abcd1234ef567890";
const ENI = "eni-0abcd1234ef567890";
const tagging = (...ids: unknown[]) => ({
  requestParameters: { resourcesSet: { items: ids.map((resourceId) => ({ resourceId })) } },
});

describe("a call of EC2", () => {
  it.each([
    ["api-attach-network-interface", [I], [ENI], true],
    ["api-create-network-interface", [], [ENI], true],
    ["api-create-tags", [I], [], false],
    ["api-delete-tags", [I], [], false],
    ["api-modify-instance-attribute", [I], [], false],
  ])("says where to look: %s", (name, instanceIds, interfaceIds, early) => {
    expect(parsed(name)).toEqual({
      ok: true,
      id: expect.any(String),
      event: { look: { instanceIds, interfaceIds }, early, late: true, left: 0, odd: 0, followUps: [] },
      time: Date.parse("2026-01-05T12:00:00Z"),
    });
  });

  it("may name the attribute that it changes in the older way", () => {
    const requestParameters = { instanceId: I, attribute: "instanceType", value: "m5.large" };
    expect(call("api-modify-instance-attribute", { requestParameters })).toMatchObject({ ok: true });
  });

  it.each([
    ["a refused one", call("api-attach-network-interface-refused", {})],
    ["a dry run", call("api-create-tags", { errorCode: "Client.DryRunOperation" })],
    ["one whose error has no form", call("api-create-tags", { errorCode: null, requestParameters: null })],
  ])("that failed is nothing to look at, and no mistake: %s", (_, event) => {
    expect(event).toMatchObject({
      ok: true,
      event: { look: { instanceIds: [], interfaceIds: [] }, left: 0 },
    });
  });

  it.each(["RunInstances", "createtags", "", "__proto__", "constructor", "x".repeat(200_000)])(
    "that nobody here reads is of an unknown kind: %.20s",
    (eventName) => {
      expect(call("api-create-tags", { eventName })).toEqual({ ok: false, reason: "unknown-kind" });
    },
  );

  it("that detaches an interface does not say which, so it asks for a sweep", () => {
    expect(JSON.stringify(detailOf("api-detach-network-interface"))).not.toMatch(/eni-[0-9a-f]{8}/);
    expect(parsed("api-detach-network-interface")).toMatchObject({
      ok: true,
      event: { look: { instanceIds: [], interfaceIds: [] }, sweep: "detached", followUps: [] },
    });
  });

  it("that could not detach asks for nothing", () => {
    const refused = call("api-detach-network-interface", { errorCode: "Client.OperationNotPermitted" });
    expect(refused).toMatchObject({ ok: true, event: { followUps: [] } });
    expect(refused).not.toHaveProperty("event.sweep");
  });

  it.each([
    ["no name", "api-create-tags", { eventName: undefined }],
    ["a name that is a list", "api-create-tags", { eventName: ["CreateTags"] }],
    ["a call of another service", "api-create-tags", { eventSource: "elasticfilesystem.amazonaws.com" }],
    ["parameters that were left out", "api-create-tags", { requestParameters: null }],
    [
      "an attachment of no form",
      "api-detach-network-interface",
      { requestParameters: { attachmentId: "eni-0abcd1234ef567890" } },
    ],
    ["no resources", "api-create-tags", { requestParameters: { resourcesSet: {} } }],
    ["resources that are numbers", "api-delete-tags", tagging(4, 5)],
    ["an interface of no form", "api-attach-network-interface", { requestParameters: { instanceId: I } }],
    [
      "an interface with a wildcard",
      "api-attach-network-interface",
      { requestParameters: { instanceId: I, networkInterfaceId: "eni-*" } },
    ],
    [
      "an instance over two lines",
      "api-modify-instance-attribute",
      { requestParameters: { instanceId: `${I}\n` } },
    ],
    ["an answer that is missing", "api-create-network-interface", { responseElements: null }],
    [
      "an interface that is an instance",
      "api-create-network-interface",
      { responseElements: { networkInterface: { networkInterfaceId: I } } },
    ],
  ])("is malformed: %s", (_, name, over) => {
    expect(call(name, over)).toEqual({ ok: false, reason: "malformed" });
  });
});

describe("tags", () => {
  it("of what is no instance are nothing to look at", () => {
    const event = call(
      "api-create-tags",
      tagging("tms-0abcd1234ef567890", ENI, "i-", "i-0ABC", "I-0abcd123"),
    );
    expect(event).toMatchObject({ ok: true, event: { look: { instanceIds: [], interfaceIds: [] } } });
  });

  it("of more than 200 instances bring 200 into a look and leave the rest to the sweep", () => {
    const ids = Array.from({ length: 1000 }, (_, index) => `i-${String(index).padStart(8, "0")}`);
    expect(call("api-create-tags", tagging(...ids, ...ids))).toMatchObject({
      ok: true,
      event: { look: { instanceIds: ids.slice(0, 200) }, left: 800 },
    });
  });

  it.each([
    ["a number", 5],
    ["no id", undefined],
    ["a list", [I]],
  ])("with one odd resource count for the others, and the odd one is reported: %s", (_, item) => {
    expect(call("api-create-tags", tagging(I, item))).toMatchObject({
      ok: true,
      event: { look: { instanceIds: [I] }, odd: 1 },
    });
  });

  it("in a record of a quarter of a megabyte are read at once", () => {
    const taken = processorTime(() => {
      const ids = Array.from({ length: 10_000 }, () => `i-${"0".repeat(20)}`);
      expect(call("api-create-tags", tagging(...ids, `i-${"0".repeat(50_000)}`))).toMatchObject({ ok: true });
    });
    expect(taken).toBeLessThan(2_000);
  });
});
