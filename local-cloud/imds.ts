/**
 * The instance metadata service of one instance, version 2 alone: no token, no answer (Amazon EC2, "Use the Instance
 * Metadata Service"). Programs find it by AWS_EC2_METADATA_SERVICE_ENDPOINT, which the SDKs read as well.
 */
import { randomBytes } from "node:crypto";
import http from "node:http";
import { DEFAULT_ACCOUNT } from "./call.js";

export interface Imds {
  readonly url: string;
  /** What is below /latest/meta-data/, by its path. undefined: gone. */
  set(path: string, value: string | undefined): void;
  /** Answers nothing but 503 while it is broken. */
  break(broken: boolean): void;
  /** Forgets the tokens that it gave out, as a stop of the instance does. */
  forgetTokens(): void;
  stop(): Promise<void>;
}

const ROLE = "capture-node";

/** Credentials are those of an account of the local cloud. */
export const startImds = async (
  data: Readonly<Record<string, string>>,
  account = DEFAULT_ACCOUNT,
): Promise<Imds> => {
  const values = new Map(Object.entries(data));
  const tokens = new Set<string>();
  let broken = false;
  const credentials = (): string =>
    JSON.stringify({
      Code: "Success",
      Type: "AWS-HMAC",
      AccessKeyId: account,
      SecretAccessKey: "local",
      Token: "local",
      Expiration: new Date(Date.now() + 3_600_000).toISOString(),
    });
  values.set("iam/security-credentials/", ROLE);

  const answer = (request: http.IncomingMessage): { status: number; body: string } => {
    if (broken) return { status: 503, body: "" };
    const path = (request.url ?? "/").replace(/^\/latest\//, "");
    if (request.method === "PUT" && path === "api/token") {
      if (request.headers["x-aws-ec2-metadata-token-ttl-seconds"] === undefined)
        return { status: 400, body: "" };
      const token = randomBytes(8).toString("hex");
      tokens.add(token);
      return { status: 200, body: token };
    }
    if (!tokens.has(String(request.headers["x-aws-ec2-metadata-token"]))) return { status: 401, body: "" };
    const name = path.replace(/^meta-data\//, "");
    if (name === `iam/security-credentials/${ROLE}`) return { status: 200, body: credentials() };
    const value = values.get(name);
    return value === undefined ? { status: 404, body: "" } : { status: 200, body: value };
  };

  const server = http.createServer((request, response) => {
    const { status, body } = answer(request);
    response.writeHead(status, { "content-type": "text/plain" }).end(body);
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(address !== null && typeof address === "object" ? address.port : 0);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    set(path, value) {
      if (value === undefined) values.delete(path);
      else values.set(path, value);
    },
    break: (now) => void (broken = now),
    forgetTokens: () => tokens.clear(),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
