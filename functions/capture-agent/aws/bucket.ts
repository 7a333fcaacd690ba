/** The agent's calls to S3. */
import { open } from "node:fs/promises";
import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { putInParts } from "./parts.js";

export type Stored = "stored" | "there already";

export interface Bucket {
  /** `bytes` must be the file's size. Throws unless S3 has the object. */
  putFile(key: string, path: string, bytes: number, sha256: Buffer): Promise<Stored>;
  putText(key: string, text: string): Promise<Stored>;
}

/**
 * Objects are written once: `If-None-Match: *` makes S3 refuse a key that exists (Amazon S3, "How to prevent object
 * overwrites with conditional writes"), so a second try leaves no second version, and s3:PutObject is all it takes.
 * S3 compares the SHA-256 with what arrived before it stores anything ("Checking object integrity").
 */
export function createBucket(s3: S3Client, Bucket: string, largestPut: number): Bucket {
  const once = async (writing: Promise<unknown>): Promise<Stored> => {
    try {
      await writing;
      return "stored";
    } catch (error) {
      if (statusOf(error) === 412) return "there already";
      throw error;
    }
  };
  const put = (input: Omit<ConstructorParameters<typeof PutObjectCommand>[0], "Bucket">): Promise<Stored> =>
    once(s3.send(new PutObjectCommand({ ...input, Bucket, IfNoneMatch: "*" })));
  const putWhole = async (Key: string, path: string, bytes: number, sha256: Buffer): Promise<Stored> => {
    // Opened before it is handed on: it may be deleted meanwhile, and nobody would listen to the stream's error yet.
    const file = await open(path);
    try {
      const Body = file.createReadStream();
      return await put({ Key, Body, ContentLength: bytes, ChecksumSHA256: sha256.toString("base64") });
    } finally {
      await file.close();
    }
  };
  return {
    putFile: (Key, path, bytes, sha256) =>
      bytes > largestPut
        ? once(putInParts(s3, Bucket, { key: Key, path, bytes, sha256 }))
        : putWhole(Key, path, bytes, sha256),
    putText: (Key, Body) =>
      put({ Key, Body, ContentType: "application/x-ndjson", ChecksumAlgorithm: "SHA256" }),
  };
}

/** Where only the last of its kind counts. */
export async function replaceObject(
  s3: S3Client,
  Bucket: string,
  Key: string,
  Body: Uint8Array,
): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: "application/gzip" }));
}

export type Fetched =
  | { readonly kind: "changed"; readonly text: string; readonly etag: string | undefined }
  | { readonly kind: "same" }
  /** Not there; without s3:ListBucket S3 answers 403 instead of 404. */
  | { readonly kind: "missing" };

export async function fetchText(
  s3: S3Client,
  Bucket: string,
  Key: string,
  etag: string | undefined,
): Promise<Fetched> {
  try {
    const response = await s3.send(
      new GetObjectCommand({ Bucket, Key, ...(etag !== undefined && { IfNoneMatch: etag }) }),
    );
    return { kind: "changed", text: (await response.Body?.transformToString()) ?? "", etag: response.ETag };
  } catch (error) {
    if (statusOf(error) === 304) return { kind: "same" };
    if (statusOf(error) === 403 || statusOf(error) === 404) return { kind: "missing" };
    throw error;
  }
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
