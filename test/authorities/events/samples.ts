/**
 * Events as AWS publishes them, each with where that was read and when; long ones are cut to what rules and parsers see.
 * `expected`: what the parsers of events make of it; neither ids nor follow-ups: it is understood and asks for nothing.
 * `passed_over`: no rule lets it through, since another event says the same.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ACCOUNT_REGION } from "../../support/events.js";

export interface Sample {
  readonly source: string;
  readonly read_on: string;
  readonly cut?: string;
  readonly expected: {
    readonly instances?: readonly string[];
    readonly interfaces?: readonly string[];
    readonly followUps?: readonly string[];
    readonly reason?: string;
  };
  readonly passed_over?: boolean;
  readonly event: { readonly account: string; readonly region: string };
}

export const samples = JSON.parse(
  readFileSync(join(import.meta.dirname, "samples.json"), "utf8"),
) as Readonly<Record<string, Sample>>;

/** In the account and region that the rendered patterns are for, of the group and the hook that one of them names. */
export const moved = ({ event }: Sample): string =>
  JSON.stringify(event)
    .replaceAll(event.account, ACCOUNT_REGION.account)
    .replaceAll(event.region, ACCOUNT_REGION.region)
    .replaceAll('"my-asg"', '"web"')
    .replace(/"my-(launch-)?lifecycle-hook"/g, '"mirror-mirror"');
