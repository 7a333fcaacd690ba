import { describe, expect, it } from "@jest/globals";
import type { PolicyParameter } from "../../../functions/aws/policy-parameter.js";
import { createPolicyLoader, NoValidPolicy } from "../../../functions/runtime/policy-loader.js";
import { aPolicyDocument } from "../../support/builders.js";
import { aClock, NOON } from "../../support/fakes.js";

/** A valid document that is told from others by its VPC's key. */
const good = (key: string) => {
  const document = aPolicyDocument();
  return JSON.stringify({ ...document, vpcs: document.vpcs.map((vpc) => ({ ...vpc, key })) });
};
const bad = JSON.stringify({ version: 1, vpcs: [{ vpc_id: "vpc-1" }] });

/** `now`: the document, undefined while it is torn; `before`: earlier ones, newest first. */
function parameter(now: string | undefined, before: readonly string[] = []) {
  const reads = { now: 0, history: 0 };
  const state = { now };
  const fake: PolicyParameter = {
    read: async () => {
      reads.now += 1;
      return { text: state.now, writtenAt: NOON };
    },
    async *history() {
      reads.history += 1;
      yield* before;
    },
  };
  return { fake, reads, state };
}

function loader(now: string | undefined, before: readonly string[] = [], cacheMs = 0) {
  const clock = aClock();
  const { fake, ...rest } = parameter(now, before);
  return { ...rest, clock, load: createPolicyLoader(fake, clock, cacheMs).load };
}
const keyOf = ({ policy }: Awaited<ReturnType<ReturnType<typeof loader>["load"]>>) => policy.vpcs[0]?.key;

describe("a good document", () => {
  it("is in force without a look at its history", async () => {
    const { load, reads } = loader(good("a"));
    const loaded = await load();
    expect([keyOf(loaded), loaded.problems]).toEqual(["a", []]);
    expect(loaded.writtenAt).toBe(NOON);
    expect(reads).toEqual({ now: 1, history: 0 });
  });

  it("is read again without a deploy once the cache is old", async () => {
    const { load, reads, state, clock } = loader(good("a"), [], 5_000);
    await load();
    state.now = good("b");
    clock.advance(4_999);
    expect(keyOf(await load())).toBe("a");
    clock.advance(1);
    expect(keyOf(await load())).toBe("b");
    expect(reads.now).toBe(2);
  });

  it("is read every time without a cache", async () => {
    const { load, reads } = loader(good("a"));
    await load();
    await load();
    expect(reads.now).toBe(2);
  });
});

describe("a bad document", () => {
  it("is refused with the paths of its fields, and the newest valid one stays in force, also at a cold start", async () => {
    const { load } = loader(bad, [bad, "{", good("newest"), good("older")]);
    const loaded = await load();
    expect(keyOf(loaded)).toBe("newest");
    expect(loaded.problems).toEqual(expect.arrayContaining([expect.stringMatching(/^vpcs\.0\.filter_id: /)]));
  });

  it("is reported every time, but its history is read once", async () => {
    const { load, reads } = loader(bad, [good("a")]);
    expect((await load()).problems).not.toEqual([]);
    expect((await load()).problems).not.toEqual([]);
    expect(reads).toEqual({ now: 2, history: 1 });
  });

  it("does no harm once it is put right", async () => {
    const { load, state } = loader(bad, [good("a")]);
    await load();
    state.now = good("b");
    const loaded = await load();
    expect([keyOf(loaded), loaded.problems]).toEqual(["b", []]);
  });

  it("without any valid one before it is an error that says so", async () => {
    const { load } = loader(bad, [bad, "{"]);
    await expect(load()).rejects.toThrow(NoValidPolicy);
    await expect(load()).rejects.toThrow("vpcs.0.filter_id");
  });
});

describe("a document in the middle of being written", () => {
  it("is no problem: the one before it stays in force", async () => {
    const { load } = loader(undefined, [good("before")]);
    const loaded = await load();
    expect([keyOf(loaded), loaded.problems]).toEqual(["before", []]);
  });

  it("is looked for again until it is there", async () => {
    const { load, state } = loader(undefined, [good("before")]);
    await load();
    state.now = good("after");
    expect(keyOf(await load())).toBe("after");
  });

  it("at the very first apply is an error, so that the message comes back", async () => {
    await expect(loader(undefined).load()).rejects.toThrow(NoValidPolicy);
  });
});

it("throws when SSM cannot be read", async () => {
  const broken: PolicyParameter = {
    ...parameter("").fake,
    read: async () => Promise.reject(new Error("SSM")),
  };
  await expect(createPolicyLoader(broken, aClock(), 0).load()).rejects.toThrow("SSM");
});
