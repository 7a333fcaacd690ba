import { describe, expect, it } from "@jest/globals";
import { stableHash } from "../../../functions/core/hash.js";
import { mergeLooks } from "../../../functions/core/model.js";
import {
  isTaggedOurs,
  missingTags,
  sessionTags,
  TAG_CONTROLLER,
  TAG_RULE,
} from "../../../functions/core/tags.js";

describe("the ownership tag", () => {
  it("makes a session ours by the controller's name, exactly", () => {
    expect(isTaggedOurs({ [TAG_CONTROLLER]: "mirror" }, "mirror")).toBe(true);
    expect(isTaggedOurs({ [TAG_CONTROLLER]: "mirror-2" }, "mirror")).toBe(false);
    expect(isTaggedOurs({ [TAG_CONTROLLER]: "Mirror" }, "mirror")).toBe(false);
    expect(isTaggedOurs({ [TAG_RULE]: "all" }, "mirror")).toBe(false);
    expect(isTaggedOurs({}, "mirror")).toBe(false);
  });

  it("cannot be replaced by the user's own tags", () => {
    expect(sessionTags("mirror", "web", { [TAG_CONTROLLER]: "x", Team: "y" })).toEqual({
      [TAG_CONTROLLER]: "mirror",
      [TAG_RULE]: "web",
      Team: "y",
    });
  });
});

describe("missing tags", () => {
  it("are those that are absent or differ; what others added is left alone", () => {
    expect(missingTags({ A: "1", B: "2", C: "" }, { A: "1", B: "x", D: "4" })).toEqual({ B: "2", C: "" });
  });
});

describe("looks", () => {
  it("are merged without repeating an id", () => {
    const look = (instance: string, nic: string) => ({ instanceIds: [instance], interfaceIds: [nic] });
    expect(mergeLooks([look("i-1", "eni-1"), look("i-1", "eni-2"), look("i-2", "eni-1")])).toEqual({
      instanceIds: ["i-1", "i-2"],
      interfaceIds: ["eni-1", "eni-2"],
    });
  });
});

describe("the stable hash", () => {
  it("is FNV-1a, so that no release moves interfaces about", () => {
    expect(stableHash("")).toBe(0x811c9dc5);
    expect(stableHash("a")).toBe(0xe40c292c);
    expect(stableHash("foobar")).toBe(0xbf9cf968);
  });
});
