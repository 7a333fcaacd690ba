/**
 * Client and VNI in the lines of a sensor's JSON logs, by the VLAN tag that the data path has put on the frame: Suricata
 * writes it into every event ("vlan":[17]), Zeek into conn.log ("vlan":17).
 */
import type { Origin } from "./identity.js";

const TAG = /"vlan":\s*\[?\s*(\d{1,4})\b/;
const LABELLED = '{"client":';

/** The line as it is where it has no tag, is no object, or has its client already. */
export function labelled(line: string, originOf: (tag: number) => Origin): string {
  if (!line.startsWith("{") || line.startsWith(LABELLED)) return line;
  const [, tag] = TAG.exec(line) ?? [];
  if (tag === undefined) return line;
  const { client, vni } = originOf(Number(tag));
  const rest = line.slice(1).trimStart();
  return `${LABELLED}${JSON.stringify(client)},"vni":${JSON.stringify(vni)}${rest.startsWith("}") ? "" : ","}${rest}`;
}

/** Logs of lines, compressed by gzip or not at all. */
export const isLog = (path: string): boolean => /\.(json|log)(\.gz)?$/.test(path);
