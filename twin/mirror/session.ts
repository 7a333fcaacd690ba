/** Sessions on a body: a vxlan device to the endpoint, and classifiers at eth0 that copy into it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Host } from "../machine/fabric.js";
import { run } from "../machine/run.js";
import { classifiersOf, type Classifier } from "./classifiers.js";
import type { MirrorSession } from "./model.js";
import { truncateObject } from "./truncate.js";

const DEVICE = "mir0";

const programs = new Map<string, Promise<string>>();

/** Classic BPF, by tcpdump's compiler, in the words of `tc filter … bpf bytecode`. */
const compiled = (expression: string): Promise<string> => {
  const known = programs.get(expression);
  if (known !== undefined) return known;
  const compiling = run("tcpdump", ["-y", "EN10MB", "-ddd", expression]).then((text) =>
    text.trim().replaceAll("\n", ","),
  );
  programs.set(expression, compiling);
  return compiling;
};

const filterLine = async ({ direction, preference, expression, copy }: Classifier): Promise<string> =>
  `filter add dev eth0 ${direction} pref ${preference} protocol all bpf bytecode "${await compiled(expression)}" flowid 1:1` +
  (copy ? ` action mirred egress mirror dev ${DEVICE}` : "");

const vxlan = (host: Host, { vni, endpoint }: MirrorSession): string =>
  `link add ${DEVICE} mtu 9001 type vxlan id ${vni} local ${host.address} remote ${endpoint} dstport 4789 nolearning noudpcsum\n`;

/** What tc loads is read from a file. */
const withObject = async <T>(object: Buffer, use: (path: string) => Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), "twin-"));
  try {
    const path = join(folder, "truncate.o");
    writeFileSync(path, object);
    return await use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

export const startMirroring = async (host: Host, session: MirrorSession): Promise<void> => {
  await stopMirroring(host);
  await run("ip", ["-n", host.space, "-batch", "-"], {
    input: `${vxlan(host, session)}link set ${DEVICE} arp off up\n`,
  });
  const { packetLength } = session;
  if (packetLength !== undefined) {
    await run("tc", ["-n", host.space, "qdisc", "add", "dev", DEVICE, "clsact"]);
    const load = "filter add dev mir0 egress pref 1 protocol all bpf direct-action object-file".split(" ");
    await withObject(truncateObject(packetLength), (path) =>
      run("tc", ["-n", host.space, ...load, path, "section", "classifier"]),
    );
  }
  const lines = await Promise.all(classifiersOf(session).map(filterLine));
  await run("tc", ["-n", host.space, "-batch", "-"], {
    input: ["qdisc add dev eth0 clsact", ...lines, ""].join("\n"),
  });
};

/** Also what was begun and not finished. */
export const stopMirroring = async (host: Host): Promise<void> => {
  if ((await run("tc", ["-n", host.space, "qdisc", "show", "dev", "eth0"])).includes("clsact")) {
    await run("tc", ["-n", host.space, "qdisc", "del", "dev", "eth0", "clsact"]);
  }
  const links = JSON.parse(await run("ip", ["-n", host.space, "-j", "link"])) as { ifname: string }[];
  if (links.some(({ ifname }) => ifname === DEVICE)) {
    await run("ip", ["-n", host.space, "link", "del", DEVICE]);
  }
};
