/** What the twin needs of the machine; each with who brings it on Debian. */
import { has, run } from "./run.js";

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
  return undefined;
};

/** What sessions are made of, each with what it takes to try it. */
const KERNEL: Readonly<Record<string, string>> = {
  "bridges (bridge)": "ip link add try1 type bridge",
  "pairs of interfaces (veth)": "ip link add try2 type veth peer name try3",
  "VXLAN (vxlan)": "ip link add try4 type vxlan id 1 local 10.0.0.1 remote 10.0.0.2 dstport 4789",
  "classifiers (sch_ingress)": "tc qdisc add dev try2 clsact",
  "BPF as a classifier, and copying (cls_bpf, act_mirred)":
    'tc filter add dev try2 egress protocol all bpf bytecode "1,6 0 0 1" flowid 1:1 action mirred egress mirror dev try4',
};

/** The same for the kernel, by trying each in a namespace. */
export const kernelLacks = async (): Promise<string | undefined> => {
  const space = `twin${process.pid}-try`;
  try {
    await run("ip", ["netns", "add", space]);
  } catch {
    return "The twin needs network namespaces, which this machine does not let it make.";
  }
  try {
    for (const [what, command] of Object.entries(KERNEL)) {
      try {
        await run("ip", ["netns", "exec", space, "sh", "-c", command]);
      } catch {
        return `The twin needs a kernel with ${what}, and this one has none.`;
      }
    }
    return undefined;
  } finally {
    await run("ip", ["netns", "del", space]);
  }
};
