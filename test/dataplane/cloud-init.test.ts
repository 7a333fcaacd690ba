/** User data as Terraform renders it, judged by Debian's own cloud-init. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cache, nodeFiles, prepare } from "./support/machines.js";

let folder: string;

beforeAll(async () => {
  await prepare();
  folder = mkdtempSync(join(tmpdir(), "cloud-init-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The template with the real files in it, by Terraform's own engine; node.tf's tests look at the rest. */
const rendered = (): string => {
  const files = ["aws.py", "bootstrap"].map((name) => ({
    path: `/usr/local/lib/traffic-mirror/${name}`,
    mode: "0755",
    content: JSON.stringify(readFileSync(join(nodeFiles, "bin", name), "utf8")),
  }));
  const settings = {
    path: "/etc/traffic-mirror/node.env",
    mode: "0644",
    content: JSON.stringify("TOOL_FILTER='not (tcp < 5 and host \"x\") & y'\n"),
  };
  const variables = JSON.stringify({ files: [...files, settings], bootstrap: "/bootstrap" });
  const template = join(nodeFiles, "cloud-init.yaml.tftpl");
  writeFileSync(join(folder, "variables.json"), variables);
  const expression = `jsonencode(templatefile(${JSON.stringify(template)}, jsondecode(file("variables.json"))))\n`;
  const env = { ...process.env };
  delete env["TF_CLI_CONFIG_FILE"];
  const answer = execFileSync("terraform", ["console"], {
    cwd: folder,
    input: expression,
    encoding: "utf8",
    env,
  });
  // The console shows a string as a literal, and that holds JSON.
  return JSON.parse(JSON.parse(answer) as string) as string;
};

const schema = (text: string) => {
  const file = join(folder, "user-data");
  writeFileSync(file, text);
  return spawnSync("/usr/bin/python3", ["-m", "cloudinit.cmd.main", "schema", "--config-file", file], {
    encoding: "utf8",
    env: { ...process.env, PYTHONPATH: join(cache, "cloud-init/usr/lib/python3/dist-packages") },
  });
};

test("cloud-init finds nothing wrong with it", () => {
  const { status, stdout, stderr } = schema(rendered());
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("Valid cloud-config");
});

test("cloud-init would find what is wrong", () => {
  expect(schema(rendered().replace("permissions:", "permission:")).status).not.toBe(0);
});

test("files come out as they went in", () => {
  const python = `import json, sys, yaml
json.dump({f["path"]: f["content"] for f in yaml.safe_load(sys.stdin)["write_files"]}, sys.stdout)`;
  const { stdout } = spawnSync("/usr/bin/python3", ["-c", python], { input: rendered(), encoding: "utf8" });
  const files = JSON.parse(stdout) as Record<string, string>;
  expect(files["/usr/local/lib/traffic-mirror/bootstrap"]).toBe(
    readFileSync(join(nodeFiles, "bin", "bootstrap"), "utf8"),
  );
  expect(files["/etc/traffic-mirror/node.env"]).toBe("TOOL_FILTER='not (tcp < 5 and host \"x\") & y'\n");
});

test("systemd finds nothing wrong with the units", () => {
  const units = ["agent", "network", "session-manager", "tool"];
  for (const unit of units) {
    const text = readFileSync(join(nodeFiles, "units", `${unit}.service`), "utf8");
    // The programs are not on this machine; everything else is judged.
    writeFileSync(
      join(folder, `traffic-mirror-${unit}.service`),
      text.replace(/^ExecStart=.*$/m, "ExecStart=/bin/true").replace(/^EnvironmentFile=.*$/m, ""),
    );
  }
  const names = units.map((unit) => join(folder, `traffic-mirror-${unit}.service`));
  const { stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", ...names], { encoding: "utf8" });
  expect(stderr.split("\n").filter((line) => line.includes("traffic-mirror-"))).toEqual([]);
});
