/** The HTTP front by itself. */
import { afterEach, expect, test } from "@jest/globals";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Keys } from "./call.js";
import { startFront, type Front } from "./server.js";
import type { Answer } from "./types.js";

let front: Front | undefined;
afterEach(() => front?.stop());

const faults: string[] = [];
const start = async (answer: Partial<Answer>, logFile?: string): Promise<void> => {
  faults.length = 0;
  front = await startFront({
    ...(logFile !== undefined && { logFile }),
    keys: new Keys(),
    answer: async () => ({ status: 200, headers: {}, body: Buffer.from("fine"), ...answer }),
    control: async () => ({ status: 200, headers: {}, body: Buffer.alloc(0) }),
    failed: (request, fault) => faults.push(`${request}: ${fault}`),
  });
};

const ask = (
  agent: http.Agent,
): Promise<{ status: number; headers: http.IncomingHttpHeaders; text: string }> =>
  new Promise((resolve, reject) => {
    http
      .get({ host: "127.0.0.1", port: front?.port, path: "/some/call", agent }, (answer) => {
        let text = "";
        answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
      })
      .once("error", reject);
  });

test("a kept connection is closed by the client alone: no time is announced after which the front would", async () => {
  await start({});
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const { headers, text } = await ask(agent);
  expect(text).toBe("fine");
  expect(headers.connection).toBe("keep-alive");
  expect(headers["keep-alive"]).toBeUndefined();
  agent.destroy();
});

test("an answer that cannot be sent is a 500 that says why, and is noted, instead of a closed connection", async () => {
  await start({ headers: { "x-name": "two\nlines" } });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const { status, text } = await ask(agent);
  expect(status).toBe(500);
  expect(text).toMatch(/Invalid character in header/);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(/^GET \/some\/call: .*Invalid character in header/);
  agent.destroy();
});

test("the folder of the log is made", async () => {
  const folder = mkdtempSync(join(tmpdir(), "front-"));
  const logFile = join(folder, "reports", "cloud.log");
  await start({}, logFile);
  expect(existsSync(join(folder, "reports"))).toBe(true);
  await front?.stop();
  front = undefined;
  rmSync(folder, { recursive: true });
});
