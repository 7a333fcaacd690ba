/**
 * A filter as the classifiers of an interface, in the order in which they are asked: the first that matches decides, as the
 * rule with the lowest number does (Amazon VPC Traffic Mirroring, "Traffic mirror filters").
 */
import type { FilterRule, MirrorSession, PortRange } from "./model.js";

export interface Classifier {
  readonly direction: "ingress" | "egress";
  /** tc asks the lowest first. */
  readonly preference: number;
  /** As pcap-filter(7) has it. */
  readonly expression: string;
  /** Whether what matches is copied. What matches no classifier is not. */
  readonly copy: boolean;
}

/** Rules begin behind what no rule can ask for. */
const FIRST_RULE = 100;

const TCP = 6;
const UDP = 17;

const ports = (side: "src" | "dst", range: PortRange | undefined): string[] =>
  range === undefined ? [] : [`${side} portrange ${range.from}-${range.to}`];

const net = (side: "src" | "dst", block: string): string[] =>
  block.endsWith("/0") ? [] : [`${side} net ${block}`];

export const expressionOf = (rule: FilterRule): string => {
  const { protocol, source, destination, sourcePorts, destinationPorts } = rule;
  const family = source.includes(":") ? "ip6" : "ip";
  if ((sourcePorts ?? destinationPorts) !== undefined && protocol !== TCP && protocol !== UDP) {
    throw new Error(
      `rule ${rule.number} has ports and protocol ${String(protocol)}: only TCP and UDP have any`,
    );
  }
  return [
    family,
    ...(protocol === undefined ? [] : [`${family} proto ${protocol}`]),
    ...net("src", source),
    ...net("dst", destination),
    ...ports("src", sourcePorts),
    ...ports("dst", destinationPorts),
  ].join(" and ");
};

/**
 * What Traffic Mirroring copies for nobody (Amazon VPC Traffic Mirroring, "Limitations": ARP, DHCP, the metadata service,
 * NTP), and the copies themselves, which here leave by the same interface.
 */
const never = (endpoint: string): string =>
  `arp or udp port 67 or udp port 68 or host 169.254.169.254 or host 169.254.169.123 or (udp dst port 4789 and dst host ${endpoint})`;

export const classifiersOf = (session: MirrorSession): readonly Classifier[] =>
  (["ingress", "egress"] as const).flatMap((direction) => [
    { direction, preference: 1, expression: never(session.endpoint), copy: false },
    ...session.rules
      .filter((rule) => rule.direction === direction)
      .map((rule) => ({
        direction,
        preference: FIRST_RULE + rule.number,
        expression: expressionOf(rule),
        copy: rule.action === "accept",
      }))
      .sort((a, b) => a.preference - b.preference),
  ]);
