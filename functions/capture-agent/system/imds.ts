/**
 * The instance metadata service, version 2 (Amazon EC2, "Use the Instance Metadata Service"). node:http instead of
 * fetch, which Node 18 calls experimental at every start.
 */
import http from "node:http";

/** As the SDK's own credential provider reads it. */
const ENDPOINT = process.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? "http://169.254.169.254";
const TOKEN_SECONDS = 21_600;
const TIMEOUT_MS = 2_000;

export interface Imds {
  /** undefined: there is no such thing (404). Throws when the service does not answer or refuses. */
  get(path: string): Promise<string | undefined>;
}

export function createImds(now: () => number): Imds {
  let token: { value: string; until: number } | undefined;

  async function fetchToken(): Promise<string> {
    if (token !== undefined && now() < token.until) return token.value;
    const headers = { "x-aws-ec2-metadata-token-ttl-seconds": String(TOKEN_SECONDS) };
    const { status, body } = await request("PUT", "/latest/api/token", headers);
    if (status !== 200) throw new Error(`metadata service: no token, status ${status}`);
    token = { value: body, until: now() + (TOKEN_SECONDS / 2) * 1000 };
    return body;
  }

  return {
    async get(path) {
      for (let tries = 0; ; tries++) {
        const headers = { "x-aws-ec2-metadata-token": await fetchToken() };
        const { status, body } = await request("GET", `/latest/meta-data/${path}`, headers);
        if (status === 200) return body;
        if (status === 404) return undefined;
        // A token does not survive a stop of the instance.
        if (status !== 401 || tries > 0) throw new Error(`metadata service: ${path}, status ${status}`);
        token = undefined;
      }
    },
  };
}

function request(
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = http.request(
      new URL(path, ENDPOINT),
      { method, headers, timeout: TIMEOUT_MS },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString().trim() }),
        );
      },
    );
    sent.on("timeout", () => sent.destroy(new Error("metadata service: no answer")));
    sent.on("error", reject);
    sent.end();
  });
}
