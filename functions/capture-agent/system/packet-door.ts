/**
 * Amazon S3 on this node, as much of it as a tool needs that writes its packets there by itself (Arkime's writer-s3): what
 * it sends goes to the spool, and from there into the bucket under the key that the tool has chosen. So it is in the
 * spool's accounts, waits while the bucket is away, and the tool never does: without S3 Arkime holds packets in memory, and
 * loses them uncounted.
 */
import { randomBytes } from "node:crypto";
import { access, mkdir, open, rename, rmdir, truncate } from "node:fs/promises";
import http from "node:http";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { OWN_KEYS, ownKey } from "../core/keys.js";
import type { EventName } from "../core/metrics.js";
import { describe, errorCode, type Log } from "./log.js";
import { deletedNow, listFiles } from "./spool-files.js";

interface Parts {
  readonly spool: string;
  readonly port: number;
  readonly bucket: string;
  readonly count: (name: EventName, by: number) => void;
  readonly log: Log;
  /** How long a part waits for the one before it, or for room on the disk. Spool limits are checked more often. */
  readonly patienceMs?: number;
}

interface Upload {
  /** Below open/ and, when it is whole, below done/. */
  readonly path: string;
  /** Sizes of the parts, by number - 1, as their headers say them: where each begins. */
  readonly sizes: (number | undefined)[];
  readonly written: Set<number>;
  broken: boolean;
}

/** As writer-s3 makes them: `<node>/<name>`. Nothing that leads out of the folder. */
const KEY = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*){1,3}$/;
const RETRY_MS = 200;
const LARGEST_PART = 64 * 2 ** 20;

class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}

/** Throws when the port cannot be had. */
export async function servePackets(parts: Parts): Promise<{ close(): void }> {
  const { spool, bucket, count, log, patienceMs = 25_000 } = parts;
  const uploads = new Map<string, Upload>();
  /** Uploads that this process does not know, or has given up, whose rest is lost: each is counted once. */
  const lost = new Set<string>();
  const root = join(spool, "open", OWN_KEYS);
  const openFile = (upload: Upload): string => join(spool, "open", upload.path);

  function lose(id: string, key: string, why: string): void {
    if (lost.has(id)) return;
    lost.add(id);
    count("SpoolDroppedFiles", 1);
    count("SpoolDroppedUncounted", 1);
    log.error("packets of a tool are lost: a part of its file is not in the spool", { key, error: why });
  }

  /** To done/, where it is sent from. An empty file holds no packet. */
  async function settle(path: string, bytes: number): Promise<void> {
    const from = join(spool, "open", path);
    // By its key alone, so that folders do not become more and more; never over a finished file.
    const plain = join(spool, "done", OWN_KEYS, ownKey(path) ?? "");
    const taken = await access(plain).then(
      () => true,
      () => false,
    );
    const to = taken ? join(spool, "done", path) : plain;
    await mkdir(dirname(to), { recursive: true });
    if (bytes > 0) await rename(from, to);
    else await deletedNow(from);
    // No folder of an upload stays: each has one of its own.
    for (let folder = dirname(from); folder !== root; folder = dirname(folder))
      await rmdir(folder).catch(() => undefined);
  }

  /** What is there up to the first hole is evidence. */
  async function give(id: string, upload: Upload, why: string): Promise<void> {
    if (upload.broken) return;
    upload.broken = true;
    lose(id, upload.path, why);
    let whole = 0;
    for (let part = 0; upload.written.has(part); part++) whole += upload.sizes[part] ?? 0;
    uploads.delete(id);
    try {
      await truncate(openFile(upload), whole);
      await settle(upload.path, whole);
    } catch (error) {
      // A tool that starts again has moved what its earlier run left.
      if (errorCode(error) !== "ENOENT") throw error;
    }
  }

  async function begin(key: string): Promise<string> {
    const id = randomBytes(8).toString("hex");
    const upload: Upload = {
      path: `${OWN_KEYS}/upload=${id}/${key}`,
      sizes: [],
      written: new Set(),
      broken: false,
    };
    await mkdir(dirname(openFile(upload)), { recursive: true });
    await (await open(openFile(upload), "wx", 0o644)).close();
    uploads.set(id, upload);
    return id;
  }

  /** Where a part begins: parts come on several connections, and each may be before the one that precedes it. */
  async function offsetOf({ sizes }: Upload, part: number): Promise<number> {
    const end = Date.now() + patienceMs;
    for (;;) {
      const before = Array.from({ length: part }, (_, n) => sizes[n]);
      if (!before.includes(undefined)) return before.reduce<number>((sum, size) => sum + (size ?? 0), 0);
      if (Date.now() > end) throw new Error(`part ${before.indexOf(undefined) + 1} never came`);
      await sleep(RETRY_MS / 10);
    }
  }

  /** A full disk has room again when the oldest files were deleted. */
  async function write(path: string, body: Buffer, offset: number): Promise<void> {
    const end = Date.now() + patienceMs;
    for (;;) {
      try {
        const file = await open(path, "r+");
        try {
          for (let done = 0; done < body.length;)
            done += (await file.write(body, done, body.length - done, offset + done)).bytesWritten;
        } finally {
          await file.close();
        }
        return;
      } catch (error) {
        if (errorCode(error) !== "ENOSPC" || Date.now() > end) throw error;
        await sleep(RETRY_MS);
      }
    }
  }

  async function put(id: string, part: number, request: http.IncomingMessage): Promise<string> {
    const upload = uploads.get(id);
    const size = Number(request.headers["content-length"]);
    if (!Number.isInteger(part) || part < 1 || part > 10_000 || !(size <= LARGEST_PART))
      throw new Refused(400, "InvalidArgument");
    if (upload === undefined) throw new Refused(404, "NoSuchUpload");
    upload.sizes[part - 1] = size;
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      if (body.length !== size) throw new Error("a part was cut off");
      await write(openFile(upload), body, await offsetOf(upload, part - 1));
      upload.written.add(part - 1);
    } catch (error) {
      await give(id, upload, describe(error));
      throw new Refused(503, "SlowDown");
    }
    return `"${id}-${part}"`;
  }

  async function complete(id: string): Promise<void> {
    const upload = uploads.get(id);
    if (upload === undefined) throw new Refused(404, "NoSuchUpload");
    if (upload.sizes.some((_, part) => !upload.written.has(part)) || upload.sizes.length === 0) {
      await give(id, upload, "the tool ended a file whose parts are not all here");
      throw new Refused(400, "InvalidPart");
    }
    const file = await open(openFile(upload), "r+");
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    uploads.delete(id);
    await settle(upload.path, Infinity);
  }

  async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://node");
    const key = url.pathname.slice(bucket.length + 2);
    const id = url.searchParams.get("uploadId") ?? "";
    const xml = (body: string): void => void response.writeHead(200).end(`<?xml version="1.0"?>\n${body}`);
    if (!url.pathname.startsWith(`/${bucket}/`)) throw new Refused(404, "NoSuchBucket");
    if (!KEY.test(key)) throw new Refused(400, "InvalidArgument");
    // A tool whose file an earlier life of this process had under way: what was there is sent, and the rest is lost.
    if (id !== "" && !uploads.has(id)) lose(id, key, "unknown upload");
    if (request.method === "POST" && url.searchParams.has("uploads"))
      xml(
        `<InitiateMultipartUploadResult><UploadId>${await begin(key)}</UploadId></InitiateMultipartUploadResult>`,
      );
    else if (request.method === "PUT" && id !== "")
      response
        .writeHead(200, { etag: await put(id, Number(url.searchParams.get("partNumber")), request) })
        .end();
    else if (request.method === "POST" && id !== "") {
      await complete(id);
      xml(`<CompleteMultipartUploadResult><Key>${key}</Key></CompleteMultipartUploadResult>`);
    } else if (request.method === "DELETE" && id !== "") {
      const upload = uploads.get(id);
      if (upload !== undefined) await give(id, upload, "the tool has given it up");
      response.writeHead(204).end();
    } else throw new Refused(501, "NotImplemented");
  }

  // What an earlier life of this process had under way nobody can go on with.
  for (const { path, bytes } of await listFiles(root)) await settle(`${OWN_KEYS}/${path}`, bytes);

  const server = http.createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const { status, code } = error instanceof Refused ? error : new Refused(500, "InternalError");
      if (status === 500) log.error("packets of a tool", { error: describe(error) });
      request.resume();
      // With a body: writer-s3 begins a file again and again, without a pause, where an answer has none.
      response.writeHead(status).end(`<?xml version="1.0"?>\n<Error><Code>${code}</Code></Error>`);
    });
  });
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(parts.port, "127.0.0.1", resolve);
  });
  return {
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
