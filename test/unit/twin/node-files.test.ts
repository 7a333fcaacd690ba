/** A node's files come out of what Terraform renders: the template of user data is the module's own. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { root } from "../../../scripts/lib/run.js";
import { layDown } from "../../../twin/node/files.js";

const TEMPLATE = join(root, "modules", "capture-fleet", "node", "cloud-init.yaml.tftpl");
const LIBRARY = "/usr/local/lib/traffic-mirror";
const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

/** As templatefile() does with the only loop of the template. */
const userData = (files: readonly { path: string; mode: string; content: string }[]): string => {
  const text = readFileSync(TEMPLATE, "utf8");
  const [before = "", rest = ""] = text.split("%{ for file in files ~}\n");
  const [each = "", after = ""] = rest.split("%{ endfor ~}\n");
  const entries = files.map((file) =>
    each
      .replace("${file.path}", () => file.path)
      .replace("${file.mode}", () => file.mode)
      .replace("${file.content}", () => JSON.stringify(file.content)),
  );
  const rendered = before + entries.join("") + after.replace("${bootstrap}", "bootstrap");
  return gzipSync(rendered).toString("base64");
};

const programs = JSON.stringify({
  [`${LIBRARY}/tool`]: { mode: "0755", content: Buffer.from("#!/bin/sh\n").toString("base64") },
});
const agent = "// the agent\n";
const manifest = {
  code_endpoint: "https://traffic-mirror-code.s3.eu-west-1.amazonaws.com",
  files: { key: "node/files.json", version: "1", sha256: digest(programs) },
  agent: { key: "node/capture-agent.mjs", version: "2", sha256: digest(agent) },
};
const config = { version: 1, spool: { directory: "/var/spool/traffic-mirror", index_interval_seconds: 300 } };
const data = (told: object = manifest): string =>
  userData([
    { path: "/etc/traffic-mirror/node.json", mode: "0644", content: JSON.stringify(config) },
    {
      path: "/etc/traffic-mirror/node.env",
      mode: "0600",
      content: "DATAPATH='bpf'\nTOOL_FILTER='a \"b\"'\n",
    },
    { path: "/etc/traffic-mirror/manifest.json", mode: "0644", content: JSON.stringify(told) },
  ]);

const s3 = mockClient(S3Client);
const body = (text: string) => ({ Body: { transformToByteArray: async () => Buffer.from(text) } as never });
let folder = "";
beforeEach(() => {
  s3.reset();
  const Bucket = "traffic-mirror-code";
  s3.on(GetObjectCommand, { Bucket, Key: "node/files.json", VersionId: "1" }).resolves(body(programs));
  s3.on(GetObjectCommand, { Bucket, Key: "node/capture-agent.mjs", VersionId: "2" }).resolves(body(agent));
  folder = mkdtempSync(join(tmpdir(), "twin-files-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const read = (path: string): string => readFileSync(join(folder, path), "utf8");

test("user data, the programs and the agent are where a node has them, with their modes", async () => {
  await layDown(new S3Client({}), data(), folder, {});
  expect(read("/etc/traffic-mirror/node.env")).toBe("DATAPATH='bpf'\nTOOL_FILTER='a \"b\"'\n");
  expect(statSync(join(folder, "/etc/traffic-mirror/node.env")).mode & 0o777).toBe(0o600);
  expect(read(`${LIBRARY}/tool`)).toBe("#!/bin/sh\n");
  expect(statSync(join(folder, `${LIBRARY}/tool`)).mode & 0o777).toBe(0o755);
  expect(read(`${LIBRARY}/agent.mjs`)).toBe(agent);
  expect(JSON.parse(read("/etc/traffic-mirror/node.json"))).toEqual(config);
});

test("a setting that is given replaces what Terraform rendered, and leaves its neighbours", async () => {
  await layDown(new S3Client({}), data(), folder, { spool: { index_interval_seconds: 5 } });
  expect(JSON.parse(read("/etc/traffic-mirror/node.json"))).toEqual({
    version: 1,
    spool: { directory: "/var/spool/traffic-mirror", index_interval_seconds: 5 },
  });
});

test("a program that is not the one that was rendered is refused, as bootstrap does", async () => {
  const other = { ...manifest, agent: { ...manifest.agent, sha256: digest("another") } };
  await expect(layDown(new S3Client({}), data(other), folder, {})).rejects.toThrow("has the digest");
});
