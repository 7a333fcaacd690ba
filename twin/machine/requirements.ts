/** What the twin needs of the machine; each with who brings it on Debian. */
import { existsSync } from "node:fs";
import { has } from "./run.js";

const PROGRAMS: Readonly<Record<string, string>> = {
  ip: "iproute2",
  tc: "iproute2",
  bridge: "iproute2",
  ss: "iproute2",
  nft: "nftables",
  tcpdump: "tcpdump",
  ethtool: "ethtool",
  zstd: "zstd",
  python3: "python3",
  sysctl: "procps",
  nsenter: "util-linux",
  terraform: "Terraform 1.9 or newer",
};

/** One sentence that says what is missing; undefined: nothing. */
export const missing = (): string | undefined => {
  if (process.platform !== "linux")
    return "The twin needs Linux, whose network namespaces its machines are made of.";
  if (process.getuid?.() !== 0)
    return "The twin makes network namespaces, for which it has to be root: sudo make demo-traffic.";
  const absent = Object.entries(PROGRAMS).filter(([program]) => !has(program));
  if (absent.length > 0) {
    const list = absent.map(([program, from]) => `${program} (${from})`);
    return `The twin needs ${list.join(", ")}, which this machine does not have.`;
  }
  if (!existsSync("/sys/class/net/lo")) return "The twin needs /sys, which is not mounted here.";
  return undefined;
};
