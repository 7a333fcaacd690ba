/**
 * Client and VNI in the lines of a sensor's JSON logs, by the VLAN tag that the data path has put on the frame: Suricata
 * writes it into every event ("vlan":[17]), Zeek into conn.log ("vlan":17), and since 8.0 into every log of a connection
 * ("id.ctx.vlan":17).
 */
import type { Origin } from "./identity.js";

const TAG = /"(?:id\.ctx\.)?vlan":\s*\[?\s*(\d{1,4})\b/;
const LABELLED = '{"client":';

/** Whose the tag is may still become known. */
export class UnknownYet extends Error {
  constructor(readonly tag: number) {
    super("whose a line is is not known yet");
  }
}

/** The line as it is where it has no tag, is no object, or has its client already. Throws UnknownYet. */
export function labelled(line: string, originOf: (tag: number) => Origin | "wait"): string {
  if (!line.startsWith("{") || line.startsWith(LABELLED)) return line;
  const [, tag] = TAG.exec(line) ?? [];
  if (tag === undefined) return line;
  const origin = originOf(Number(tag));
  if (origin === "wait") throw new UnknownYet(Number(tag));
  const rest = line.slice(1);
  return `${LABELLED}${JSON.stringify(origin.client)},"vni":${JSON.stringify(origin.vni)},${rest}`;
}

/** Logs of lines, compressed by gzip or not at all. */
export const isLog = (path: string): boolean => /\.(json|log)(\.gz)?$/.test(path);
