/** `/healthz`, from a verdict that is made elsewhere: a load balancer asks several times an interval, from each zone. */
import http from "node:http";
import type { Verdict } from "../core/verdict.js";

export interface HealthServer {
  close(): void;
}

/**
 * Throws when the port cannot be had. `staleAfterMs`: a verdict older than this means that the agent hangs, and the
 * answer is 503.
 */
export async function serveHealth(
  where: { readonly port: number; readonly path: string; readonly staleAfterMs: number },
  current: () => { readonly verdict: Verdict | undefined; readonly details: object },
  now: () => number,
): Promise<HealthServer> {
  const server = http.createServer((request, response) => {
    const path = (request.url ?? "/").split("?")[0];
    const known = path === where.path && (request.method === "GET" || request.method === "HEAD");
    if (!known) {
      response.writeHead(404).end();
      return;
    }
    const { verdict, details } = current();
    const stale = verdict === undefined || now() - verdict.at > where.staleAfterMs;
    const healthy = !stale && verdict.healthy;
    const body = JSON.stringify({
      healthy,
      ...(stale && { reason: verdict === undefined ? "no verdict yet" : "the verdict is too old" }),
      ...(verdict && { at: new Date(verdict.at).toISOString(), checks: verdict.checks }),
      ...details,
    });
    response.writeHead(healthy ? 200 : 503, {
      "content-type": "application/json",
      "cache-control": "no-store",
    });
    response.end(request.method === "HEAD" ? undefined : body);
  });
  // Only the load balancer should ask, and nobody may hold the connections that it needs.
  server.requestTimeout = 5_000;
  server.headersTimeout = 5_000;
  server.keepAliveTimeout = 5_000;
  server.maxConnections = 100;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(where.port, resolve);
  });
  return {
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
