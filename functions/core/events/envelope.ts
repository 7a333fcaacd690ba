/** What every EventBridge event looks like, and what a parser makes of one. Events are untrusted input. */
import * as z from "zod/mini";
import type { Look } from "../model.js";

/** EventBridge event reference, "Events metadata". Unknown fields are passed over. */
export const envelope = z.object({
  source: z.string(),
  "detail-type": z.string(),
  account: z.string().check(z.regex(/^\d{12}$/)),
  region: z.string().check(z.minLength(1)),
  time: z.iso.datetime(),
  detail: z.record(z.string(), z.unknown()),
});
export type Envelope = z.infer<typeof envelope>;

export const instanceId = z.string().check(z.regex(/^i-[0-9a-f]{8,17}$/));
export const interfaceId = z.string().check(z.regex(/^eni-[0-9a-f]{8,17}$/));

/**
 * Where to look because of an event.
 * `early`: the event may be ahead of what EC2 shows, so something unseen is worth another try.
 */
export interface Sighting {
  readonly look: Look;
  readonly early: boolean;
}

/** One kind of event: one file, with its schema and real examples under test/fixtures/events. */
export interface EventKind {
  readonly source: string;
  readonly detailType: string;
  /** undefined: not of the form that AWS documents. */
  parse(event: Envelope): Sighting | undefined;
}
