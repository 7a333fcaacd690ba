/** What `make qualify` is given, checked before anything else happens. One sentence for each mistake. */
import { parseArgs } from "node:util";

export interface Options {
  readonly region: string;
  /** Dollars. */
  readonly budget: number;
  /** When no further case or probe begins, and the clean-up does. */
  readonly minutes: number;
  readonly extras: Extras;
}

export interface Extras {
  /** The account has a trail of management events. */
  readonly trail: boolean;
  /** The account has a GuardDuty detector. */
  readonly detector: boolean;
  /** Profile of a second account, in which a VPC with an endpoint is made and taken away. */
  readonly secondProfile?: string;
  /** A mirror target of the second account, with tags, that it shares with this one by Resource Access Manager. */
  readonly sharedTarget?: string;
  /** An interface of a Fargate task of one's own, on which a session is made and deleted. */
  readonly fargateInterface?: string;
}

export const NONE: Extras = { trail: false, detector: false };

const fail = (sentence: string): never => {
  throw new Error(sentence);
};

const number = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  return text !== "" && value >= least && value <= most
    ? value
    : fail(`${name} must be a number from ${least} to ${most}, not "${text}".`);
};

const yes = (name: string, text: string): boolean =>
  text === "" || text === "no" ? false : text === "yes" || fail(`${name} must be yes or no, not "${text}".`);

const matching = (name: string, text: string, pattern: RegExp, what: string): string | undefined =>
  text === "" ? undefined : pattern.test(text) ? text : fail(`${name} must be ${what}, not "${text}".`);

export const parseOptions = (args: readonly string[]): Options => {
  const option = { type: "string", default: "" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      region: option,
      budget: option,
      minutes: { type: "string", default: "90" },
      trail: option,
      detector: option,
      "second-profile": option,
      "shared-target": option,
      "fargate-interface": option,
    },
  });
  if (values.region === "" || values.budget === "") {
    fail("Say where and for how much at most: make qualify REGION=eu-west-1 BUDGET=5 (dollars).");
  }
  const region =
    matching("REGION", values.region, /^[a-z]{2}(-[a-z]+)+-\d$/, "a region, such as eu-west-1") ?? "";
  const secondProfile = matching(
    "SECOND_PROFILE",
    values["second-profile"],
    /^\S+$/,
    "the name of a profile",
  );
  const sharedTarget = matching(
    "SHARED_TARGET",
    values["shared-target"],
    /^tmt-[0-9a-f]+$/,
    "the id of a mirror target",
  );
  if (secondProfile === undefined && sharedTarget !== undefined) {
    fail("SHARED_TARGET needs SECOND_PROFILE: a profile of the account that shares the target.");
  }
  const fargateInterface = matching(
    "FARGATE_INTERFACE",
    values["fargate-interface"],
    /^eni-[0-9a-f]+$/,
    "the id of a Fargate task's interface",
  );
  return {
    region,
    budget: number("BUDGET", values.budget, 0, 1000),
    minutes: number("MINUTES", values.minutes, 10, 600),
    extras: {
      trail: yes("TRAIL", values.trail),
      detector: yes("DETECTOR", values.detector),
      ...(secondProfile === undefined ? {} : { secondProfile }),
      ...(sharedTarget === undefined ? {} : { sharedTarget }),
      ...(fargateInterface === undefined ? {} : { fargateInterface }),
    },
  };
};
