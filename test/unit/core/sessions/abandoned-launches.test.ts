import { describe, expect, it } from "@jest/globals";
import { createAbandonedLaunches } from "../../../../functions/core/sessions/abandoned-launches.js";
import { NOON } from "../../../support/fakes.js";

const HOUR = 3_600_000;

describe("launches that came to nothing", () => {
  it("are those that Auto Scaling shows and those of ours that it does not show yet, each once", () => {
    const launches = createAbandonedLaunches();
    expect(launches.failed("web", 1, NOON)).toBe(1);
    launches.add("web", NOON);
    expect(launches.failed("web", 1, NOON + 1)).toBe(2);
    launches.add("web", NOON + 1);
    expect(launches.failed("web", 1, NOON + 2)).toBe(3);
    // Ours are shown by now, and then somebody else's too.
    expect(launches.failed("web", 3, NOON + 60_000)).toBe(3);
    expect(launches.failed("web", 4, NOON + 90_000)).toBe(4);
  });

  it("are another group's business", () => {
    const launches = createAbandonedLaunches();
    launches.add("web", NOON);
    expect(launches.failed("api", 0, NOON)).toBe(0);
  });

  it("count for an hour", () => {
    const launches = createAbandonedLaunches();
    launches.add("web", NOON);
    expect(launches.failed("web", 0, NOON + HOUR - 1)).toBe(1);
    expect(launches.failed("web", 0, NOON + HOUR)).toBe(0);
  });
});
