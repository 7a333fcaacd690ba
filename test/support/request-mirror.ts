/** Runs modules/mirror-controller/request-mirror.sh with the real AWS CLI, as the user data of an instance would. */
import { spawn, spawnSync } from "node:child_process";
import { createServer, type Server } from "node:http";
import { dirname, join } from "node:path";
import { root } from "../../scripts/lib/run.js";

export const SCRIPT = join(root, "modules", "mirror-controller", "request-mirror.sh");

let folder: string | undefined;

/** Where `aws` is: of the machine if it has the pinned version, else of a virtual environment made once. */
const cliFolder = (): string => {
  if (folder === undefined) {
    const args = ["venv-awscli", "test/requirements-awscli.txt"];
    const made = spawnSync(join(root, "scripts", "venv.sh"), args, { cwd: root, encoding: "utf8" });
    if (made.status !== 0) throw new Error(`cannot install the AWS CLI: ${made.stderr}`);
    folder = dirname(made.stdout.trim());
  }
  return folder;
};

export interface Ran {
  readonly status: number | null;
  /** What it printed for its user. */
  readonly said: string;
  readonly seconds: number;
}

export const requestMirror = (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  shell = "sh",
): Promise<Ran> => run(shell, [SCRIPT, ...args], env);

/** Runs commands as somebody would who pasted them into a shell; ends with the first that fails. */
export const runCommands = (commands: string, env: Readonly<Record<string, string>>): Promise<Ran> =>
  run("sh", ["-ec", commands], env);

const run = (shell: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const began = Date.now();
    const child = spawn(shell, args, {
      env: {
        ACCOUNT_REGION: "/nonexistent",
        ...env,
        PATH: `${cliFolder()}:${env["PATH"] ?? "/usr/bin:/bin"}`,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
    }
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, said, seconds: (Date.now() - began) / 1000 }));
  });

/** An instance metadata service that insists on version 2. */
export const metadataService = async (
  interfaceId: string,
): Promise<{ url: string; stop: () => Promise<void> }> => {
  const mac = "06:00:00:00:00:01";
  const answers: Readonly<Record<string, string>> = {
    "/latest/meta-data/mac": mac,
    [`/latest/meta-data/network/interfaces/macs/${mac}/interface-id`]: interfaceId,
    "/latest/meta-data/placement/region": "eu-west-1",
  };
  const server: Server = createServer((request, response) => {
    const token = request.method === "PUT" && request.url === "/latest/api/token";
    const known = request.headers["x-aws-ec2-metadata-token"] === "a-token";
    const answer = token ? "a-token" : known ? answers[request.url ?? ""] : undefined;
    response.writeHead(answer === undefined ? (known ? 404 : 401) : 200);
    response.end(answer ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  server.unref(); // a test that fails before it stops this one must not keep Jest from ending
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
