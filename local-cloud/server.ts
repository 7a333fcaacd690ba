import { randomBytes } from "node:crypto";
import { createWriteStream, mkdirSync } from "node:fs";
import http from "node:http";
import { dirname } from "node:path";
import { serviceError } from "./answers.js";
import { decodeCall, type Keys } from "./call.js";
import { isDropped, isSilent } from "./interference/index.js";
import type { Answer, Call } from "./types.js";

export interface Front {
  readonly port: number;
  /** Resolves when no socket is open. */
  stop(): Promise<void>;
}

export interface LogEntry {
  readonly at: string;
  readonly service: string;
  readonly action: string;
  readonly account: string;
  readonly status: number;
  readonly by: string;
  readonly ms: number;
  readonly error?: string;
}

const readAll = async (request: http.IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const send = (request: http.IncomingMessage, response: http.ServerResponse, answer: Answer): void => {
  const headers: Record<string, string> = { ...answer.headers };
  delete headers["transfer-encoding"];
  headers["x-amzn-requestid"] ??= randomBytes(8).toString("hex");
  if (request.method !== "HEAD" && answer.status !== 204 && answer.status !== 304) {
    headers["content-length"] = String(answer.body.length);
  }
  response.writeHead(answer.status, headers);
  response.end(request.method === "HEAD" ? undefined : answer.body);
};

/**
 * Nobody may meet a connection that the front has closed by itself. A kept one is closed by the client: whichever time
 * the front waited, a call could be on its way at that moment, and an SDK does not repeat a call that breaks so unless it
 * may retry (the provider of the end-to-end tests hardly may). And a front that stumbles says at what.
 */
const neverClose = (server: http.Server): void => {
  server.keepAliveTimeout = 0;
  server.headersTimeout = 0;
  server.requestTimeout = 0;
};

const textOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/** The HTTP front on 127.0.0.1: AWS calls, and under /_local/ the control API. */
export const startFront = async (options: {
  port?: number;
  keys: Keys;
  logFile?: string;
  answer: (call: Call, touched: string[]) => Promise<Answer>;
  control: (method: string, path: string, body: Buffer) => Promise<Answer>;
  /** Is called when a request could not be answered because of a fault here. */
  failed: (request: string, fault: string) => void;
}): Promise<Front> => {
  if (options.logFile !== undefined) mkdirSync(dirname(options.logFile), { recursive: true });
  const log = options.logFile === undefined ? undefined : createWriteStream(options.logFile, { flags: "a" });

  const aws = async (request: http.IncomingMessage, body: Buffer): Promise<Answer> => {
    const began = Date.now();
    const call = decodeCall(request, body, options.keys);
    const touched: string[] = [];
    let answer: Answer;
    try {
      answer = await options.answer(call, touched);
    } catch (error) {
      answer = { ...serviceError(call, "LocalCloudFault", textOf(error)), by: "fault" };
    }
    const entry: LogEntry = {
      at: new Date(began).toISOString(),
      service: call.service,
      action: call.action,
      account: call.account,
      status: answer.status,
      by: [...touched, answer.by ?? "moto"].join("+"),
      ms: Date.now() - began,
      ...(answer.status >= 400 ? { error: answer.body.toString().slice(0, 600) } : {}),
    };
    log?.write(`${JSON.stringify(entry)}\n`);
    return answer;
  };

  const server = http.createServer((request, response) => {
    void (async () => {
      const body = await readAll(request);
      const path = request.url ?? "/";
      const answer = path.startsWith("/_local/")
        ? await options.control(request.method ?? "GET", path, body)
        : await aws(request, body);
      if (isSilent(answer)) return;
      if (isDropped(answer)) response.destroy();
      else send(request, response, answer);
    })().catch((error: unknown) => {
      const gone = request.destroyed && !request.complete;
      if (!gone) options.failed(`${request.method ?? ""} ${request.url ?? ""}`, textOf(error));
      if (gone || response.headersSent) response.destroy();
      else response.writeHead(500, { "content-type": "text/plain" }).end(textOf(error));
    });
  });
  neverClose(server);
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", () => {
      const address = server.address();
      resolve(address !== null && typeof address === "object" ? address.port : 0);
    });
  });
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          if (log === undefined) resolve();
          else log.end(() => resolve());
        });
        server.closeAllConnections();
      }),
  };
};
