/** node/bin/bootstrap, run as cloud-init runs it, against stand-ins for the metadata service, S3 and Auto Scaling. */
import { spawn } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../../scripts/lib/run.js";

const bin = join(root, "modules", "capture-fleet", "node", "bin");
const SECRET = "secret-of-the-role";
const sha256 = (text: string | Buffer): string => createHash("sha256").update(text).digest("hex");

interface Request {
  readonly url: string;
  readonly method: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

const stub = '#!/bin/sh\necho "$(basename "$0") $*" >>"$CALLS"\n';
const files: Record<string, { mode: string; content: string }> = {
  "/usr/local/lib/traffic-mirror/preflight": { mode: "0755", content: stub },
  "/usr/local/lib/traffic-mirror/install-packages": { mode: "0755", content: stub },
  "/etc/sysctl.d/90-traffic-mirror.conf": { mode: "0644", content: "net.core.rmem_max = 1\n" },
};
const bundle = JSON.stringify(
  Object.fromEntries(
    Object.entries(files).map(([path, { mode, content }]) => [
      path,
      { mode, content: Buffer.from(content).toString("base64") },
    ]),
  ),
);
const agent = "console.log('agent')\n";

let machine: string;
let server: Server;
let origin: string;
let requests: Request[];
/** Path of an object → what S3 answers. */
let objects: Record<string, { status: number; body: string }>;

beforeEach(async () => {
  machine = mkdtempSync(join(tmpdir(), "bootstrap-"));
  requests = [];
  objects = {
    "/node/files.json?versionId=v1": { status: 200, body: bundle },
    "/node/capture-agent.mjs?versionId=v%2F2": { status: 200, body: agent },
  };
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const url = request.url ?? "";
      requests.push({ url, method: request.method ?? "", headers: request.headers, body });
      if (url === "/latest/api/token") return response.end("token-1");
      if (url.startsWith("/latest/") && request.headers["x-aws-ec2-metadata-token"] !== "token-1") {
        return response.writeHead(401).end();
      }
      if (url.endsWith("/instance-id")) return response.end("i-0123456789abcdef0");
      if (url.endsWith("/security-credentials/")) return response.end("node-role");
      if (url.endsWith("/node-role")) {
        return response.end(
          JSON.stringify({ AccessKeyId: "AKID", SecretAccessKey: SECRET, Token: "session" }),
        );
      }
      if (url === "/" && request.method === "POST") return response.end("<ok/>");
      const object = objects[url];
      return response.writeHead(object?.status ?? 404).end(object?.body ?? "no such key");
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await new Promise((done) => server.close(done));
  rmSync(machine, { recursive: true, force: true });
});

const bootstrap = async (changes: Record<string, unknown> = {}, failing = "") => {
  const library = join(machine, "usr/local/lib/traffic-mirror");
  const commands = join(machine, "commands");
  for (const folder of [library, commands, join(machine, "etc/traffic-mirror")])
    mkdirSync(folder, { recursive: true });
  for (const name of ["aws.py", "bootstrap"]) cpSync(join(bin, name), join(library, name));
  for (const name of ["systemctl", "sysctl"]) {
    writeFileSync(join(commands, name), `${stub}case "$*" in *"\${FAILING:-nothing}"*) exit 3 ;; esac\n`);
    chmodSync(join(commands, name), 0o755);
  }
  const manifest = {
    region: "eu-west-1",
    dns_suffix: "amazonaws.com",
    code_endpoint: origin,
    packages: "install",
    package_groups: ["tcpdump"],
    more_units: ["session-manager"],
    autoscaling_group_name: "capture-node",
    launch_hook: "capture-launch",
    files: { key: "node/files.json", version: "v1", sha256: sha256(bundle) },
    agent: { key: "node/capture-agent.mjs", version: "v/2", sha256: sha256(agent) },
    ...changes,
  };
  writeFileSync(join(machine, "etc/traffic-mirror/manifest.json"), JSON.stringify(manifest));
  const calls = join(machine, "calls");
  writeFileSync(calls, "");
  const child = spawn("python3", [join(library, "bootstrap")], {
    env: {
      PATH: `${commands}:${process.env["PATH"] ?? ""}`,
      TRAFFIC_MIRROR_ROOT: machine,
      TRAFFIC_MIRROR_TRIES: "2",
      AWS_EC2_METADATA_SERVICE_ENDPOINT: origin,
      AWS_ENDPOINT_URL: origin,
      CALLS: calls,
      FAILING: failing === "" ? "nothing" : failing,
    },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.once("close", done));
  return { code, said, calls: readFileSync(calls, "utf8").trim().split("\n").filter(Boolean) };
};

/** Signature version 4 of a request as it arrived, by the headers that it says are signed. */
const signature = (request: Request, service: string): string => {
  const { authorization = "", "x-amz-date": date = "" } = request.headers as Record<string, string>;
  const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1] ?? "";
  const [path = "", query = ""] = request.url.split("?");
  const lines = names.split(";").map((name) => `${name}:${String(request.headers[name])}`);
  const canonical = [request.method, path, query, ...lines, "", names, sha256(request.body)].join("\n");
  const scope = `${date.slice(0, 8)}/eu-west-1/${service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n");
  const key = [date.slice(0, 8), "eu-west-1", service, "aws4_request"].reduce<string | Buffer>(
    (secret, part) => createHmac("sha256", secret).update(part).digest(),
    `AWS4${SECRET}`,
  );
  return createHmac("sha256", key).update(text).digest("hex");
};

const abandoned = (): URLSearchParams[] =>
  requests
    .filter(({ url, method }) => url === "/" && method === "POST")
    .map(({ body }) => new URLSearchParams(body));

test("writes the files and the agent, and starts the units after the network's has succeeded", async () => {
  const { code, said, calls } = await bootstrap();
  expect([code, said]).toEqual([0, "traffic-mirror: the node is set up\n"]);
  for (const [path, { mode, content }] of Object.entries(files)) {
    expect(readFileSync(join(machine, path), "utf8")).toBe(content);
    expect((statSync(join(machine, path)).mode & 0o777).toString(8)).toBe(mode.slice(1));
  }
  expect(readFileSync(join(machine, "usr/local/lib/traffic-mirror/agent.mjs"), "utf8")).toBe(agent);
  expect(existsSync(join(machine, "var/spool/traffic-mirror"))).toBe(true);
  const unit = (name: string): string => `traffic-mirror-${name}.service`;
  expect(calls).toEqual([
    "install-packages tcpdump",
    "preflight ",
    "systemctl try-restart systemd-networkd.service",
    `sysctl --quiet --load ${machine}/etc/sysctl.d/90-traffic-mirror.conf`,
    "systemctl daemon-reload",
    `systemctl enable ${["network", "tool", "agent", "session-manager"].map(unit).join(" ")}`,
    `systemctl start ${unit("network")}`,
    `systemctl start --no-block ${["tool", "agent", "session-manager"].map(unit).join(" ")}`,
  ]);
  expect(abandoned()).toEqual([]);
});

test("signs what it asks S3 for, with the role's session", async () => {
  await bootstrap();
  const asked = requests.filter(({ url }) => url.includes("versionId"));
  expect(asked.map(({ url }) => url)).toEqual(Object.keys(objects));
  for (const request of asked) {
    expect(request.headers["x-amz-security-token"]).toBe("session");
    expect(request.headers.authorization).toContain(`Signature=${signature(request, "s3")}`);
  }
});

test("installs nothing where the image has the packages", async () => {
  const { code, calls } = await bootstrap({ packages: "present" });
  expect([code, calls[0]]).toEqual([0, "preflight "]);
});

test("uses nothing whose digest is not the one of user data, says so, and abandons the launch", async () => {
  objects["/node/capture-agent.mjs?versionId=v%2F2"] = {
    status: 200,
    body: "console.log('not the agent')\n",
  };
  const { code, said, calls } = await bootstrap();
  expect([code, calls]).toEqual([1, []]);
  expect(existsSync(join(machine, "usr/local/lib/traffic-mirror/preflight"))).toBe(false);
  expect(said).toMatch(
    /this launch has failed: .*capture-agent\.mjs.* has the digest [0-9a-f]{64}, but [0-9a-f]{64} was expected/,
  );
  expect(said).toContain("the launch is abandoned");
  expect(abandoned().map((fields) => Object.fromEntries(fields))).toEqual([
    {
      Action: "CompleteLifecycleAction",
      Version: "2011-01-01",
      AutoScalingGroupName: "capture-node",
      LifecycleHookName: "capture-launch",
      LifecycleActionResult: "ABANDON",
      InstanceId: "i-0123456789abcdef0",
    },
  ]);
  const call = requests.find(({ url, method }) => url === "/" && method === "POST");
  if (call === undefined) throw new Error("it was sent");
  expect(call.headers.authorization).toContain(`Signature=${signature(call, "autoscaling")}`);
});

test.each([
  ["a bucket that refuses", { status: 403, body: "AccessDenied" }, "answered 403: AccessDenied"],
  ["an object that is gone", { status: 404, body: "NoSuchVersion" }, "answered 404: NoSuchVersion"],
])("says what is wrong with %s, and abandons the launch", async (_, answer, sentence) => {
  objects["/node/files.json?versionId=v1"] = answer;
  const { code, said } = await bootstrap();
  expect(code).toBe(1);
  expect(said).toContain(sentence);
  expect(abandoned()).toHaveLength(1);
});

test("says which service cannot be reached", async () => {
  const { code, said } = await bootstrap({ code_endpoint: "http://127.0.0.1:9" });
  expect(code).toBe(1);
  expect(said).toContain("http://127.0.0.1:9/node/files.json?versionId=v1 cannot be reached");
  expect(abandoned()).toHaveLength(1);
});

test("abandons the launch when the network's unit fails, and starts nothing after it", async () => {
  const { code, said, calls } = await bootstrap({}, "start traffic-mirror-network.service");
  expect(code).toBe(1);
  expect(said).toContain("systemctl start traffic-mirror-network.service ended with 3");
  expect(calls.at(-1)).toBe("systemctl start traffic-mirror-network.service");
  expect(abandoned()).toHaveLength(1);
});
