/**
 * What of a node can be asked of Debian 13's own programs without a machine of it: its systemd, its Node.js and its
 * packages. `make test-debian13` runs this and the data path on Debian 13's kernel. Needs root.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/run.js";
import { debian13, nodeFiles, prepare } from "../dataplane/support/machines.js";

const library = "/usr/local/lib/traffic-mirror";

const inside = (command: string, ...words: readonly string[]) =>
  spawnSync("chroot", [debian13, command, ...words], {
    encoding: "utf8",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
  });

beforeAll(async () => {
  await prepare("debian13");
  rmSync(join(debian13, library), { recursive: true, force: true });
  cpSync(join(nodeFiles, "bin"), join(debian13, library), { recursive: true });
  cpSync(join(nodeFiles, "bpf/decap.bpf.o"), join(debian13, library, "decap.bpf.o"));
  cpSync(join(root, "functions/dist/capture-agent.mjs"), join(debian13, library, "agent.mjs"));
  mkdirSync(join(debian13, "etc/traffic-mirror"), { recursive: true });
});

test("systemd 257 finds nothing wrong with the units, which start what is there", () => {
  const units = ["agent", "network", "session-manager", "tool"].map(
    (name) => `traffic-mirror-${name}.service`,
  );
  for (const unit of units) {
    cpSync(
      join(nodeFiles, "units", unit.replace("traffic-mirror-", "")),
      join(debian13, "etc/systemd/system", unit),
    );
  }
  const confined = join(debian13, "etc/systemd/system/traffic-mirror-tool.service.d");
  mkdirSync(confined, { recursive: true });
  cpSync(join(nodeFiles, "units/tool-tcpdump.conf"), join(confined, "tcpdump.conf"));
  const { stdout } = inside("systemctl", "--version");
  expect(stdout).toMatch(/^systemd 257 /);
  const { stderr } = inside("systemd-analyze", "verify", "--man=no", ...units);
  expect(stderr.split("\n").filter((line) => line.includes("traffic-mirror"))).toEqual([]);
  // It would say so.
  const broken = join(debian13, "etc/systemd/system/traffic-mirror-broken.service");
  writeFileSync(broken, "[Service]\nExecStart=/usr/local/lib/traffic-mirror/nothing\n");
  const said = inside("systemd-analyze", "verify", "--man=no", "traffic-mirror-broken.service").stderr;
  rmSync(broken);
  expect(said).toContain("traffic-mirror-broken");
});

test("the agent starts on Debian 13's Node.js", () => {
  expect(inside("node", "--version").stdout).toMatch(/^v20\./);
  const config = "/etc/traffic-mirror/node.json";
  writeFileSync(join(debian13, config), '{"version":2}');
  const { status, stdout, stderr } = inside("node", `${library}/agent.mjs`, config);
  expect(status).not.toBe(0);
  expect(stdout + stderr).toContain("node.json: version: ");
});

test("every package that a node installs is one of Debian 13, and preflight is content with them", () => {
  const script = readFileSync(join(nodeFiles, "bin/install-packages"), "utf8");
  const packages = [...script.matchAll(/packages\+?=\(([^)]*)\)/g)].flatMap(([, names]) =>
    (names ?? "").split(" "),
  );
  expect(packages).toEqual(expect.arrayContaining(["nodejs", "nftables", "tcpdump", "zstd", "podman"]));
  for (const name of packages) {
    const { stdout } = inside("apt-cache", "show", "--no-all-versions", name);
    expect([name, stdout]).toEqual([name, expect.stringContaining(`Package: ${name}\n`)]);
  }
  writeFileSync(
    join(debian13, "etc/traffic-mirror/node.env"),
    "DATAPATH=bpf\nTOOL_KIND=tcpdump\nTOOL_FILTER='tcp port 443'\n",
  );
  const { status, stderr } = inside(`${library}/preflight`);
  expect([status, stderr]).toEqual([0, ""]);
});

test("Debian 13's Python takes the node's programs", () => {
  for (const name of ["aws.py", "bootstrap", "probe", "registry-login", "session-manager"]) {
    const compile = `compile(open("${library}/${name}").read(), "${name}", "exec")`;
    expect([name, inside("python3", "-W", "error::SyntaxWarning", "-c", compile).stderr]).toEqual([name, ""]);
  }
  expect(existsSync(join(debian13, "usr/bin/python3.13"))).toBe(true);
  expect(execFileSync("chroot", [debian13, "python3", "--version"], { encoding: "utf8" })).toMatch(
    /^Python 3\.13/,
  );
});
