/**
 * Instance types that can be a mirror source. No API lists them, so this is data with a date and no more than a hint: what
 * is on it is tried first, and what is not is tried as well (refused-types.ts). The policy's `options.instance_types`
 * overrides it.
 *
 * Source: Amazon VPC Traffic Mirroring guide, "Traffic Mirroring limitations and considerations", 2025-08.
 */
import { globMatches } from "../glob.js";

const families = new Set(
  [
    "a1 m4 m5 m5a m5ad m5d m5dn m5n m5zn m6a m6g m6gd m6i m6id m6idn m6in m7a m7g m7gd m7i m7i-flex",
    "mac1 mac2 mac2-m1ultra mac2-m2 mac2-m2pro t3 t3a t4g",
    "c4 c5 c5a c5ad c5d c5n c6a c6g c6gd c6gn c6i c6id c6in c7a c7g c7gd c7i c7i-flex",
    "r4 r5 r5a r5ad r5b r5d r5dn r5n r6a r6g r6gd r6i r6id r6idn r6in r7a r7g r7gd r7i r7iz",
    "u-3tb1 u-6tb1 u-9tb1 u-12tb1 u-18tb1 u-24tb1 u7i-6tb u7i-8tb u7i-12tb",
    "u7in-16tb u7in-24tb u7in-32tb u7inh-32tb x1 x1e x2gd x2idn x2iedn x2iezn z1d",
    "d2 d3 d3en h1 i3 i3en i4g i4i i7i im4gn is4gen",
    "dl1 dl2q f1 f2 g3 g4ad g4dn g5 g5g g6 g6e g6f gr6 gr6f inf1 inf2",
    "p3 p3dn p4d p4de p5 p5e trn1 trn1n vt1 hpc6a hpc6id hpc7a",
  ].flatMap((line) => line.split(" ")),
);

/** Of the families above, those whose bare metal sizes are supported too. */
const metalFamilies = new Set(
  "m5 m5d m6g m6gd mac1 mac2 mac2-m1ultra mac2-m2 mac2-m2pro a1 c5 c5d c6g c6gd r5 r5b r5d r6g r6gd x2gd z1d i3 g5g".split(
    " ",
  ),
);

/** `no` comes from the caller's overrides alone; `unknown`: the guide does not list it. */
export function typeSupport(
  type: string,
  overrides: Readonly<Record<string, boolean>>,
): "yes" | "no" | "unknown" {
  const override = Object.keys(overrides)
    .filter((pattern) => globMatches(pattern, type))
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1))[0];
  if (override !== undefined) return overrides[override] === true ? "yes" : "no";
  const [family = "", size = ""] = type.split(".");
  const listed = families.has(family) && (!size.startsWith("metal") || metalFamilies.has(family));
  return listed ? "yes" : "unknown";
}
