/** Objects of gzipped JSON lines that others have written: never more of one than the limits, whatever it says of itself. */
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { limits } from "../../core/arrival/limits.js";
import { options } from "../client.js";

const [pack, unpack] = [promisify(gzip), promisify(gunzip)];

export interface Packed {
  /** S3's time, milliseconds since the epoch. */
  readonly at: number;
  /** undefined: too large, or nothing that can be unpacked. */
  readonly text: string | undefined;
}

export function createS3Client(): S3Client {
  // A local stand-in for S3 has no bucket names in its DNS.
  const forcePathStyle = process.env["AWS_ENDPOINT_URL"] !== undefined;
  return new S3Client({ ...options, forcePathStyle });
}

/** undefined: there is no such object. */
export async function readPacked(
  client: S3Client,
  Bucket: string,
  Key: string,
  abortSignal?: AbortSignal,
): Promise<Packed | undefined> {
  try {
    const answer = await client.send(
      new GetObjectCommand({ Bucket, Key }),
      abortSignal ? { abortSignal } : {},
    );
    const { Body, LastModified, ContentLength } = answer;
    const at = LastModified?.getTime() ?? 0;
    if (Body === undefined) return { at, text: undefined };
    if (ContentLength === undefined || ContentLength > limits.fileBytes) {
      // Read by nobody, the connection would be kept open for it.
      (Body as { destroy?: () => void }).destroy?.();
      return { at, text: undefined };
    }
    return { at, text: await textOf(await Body.transformToByteArray()) };
  } catch (error) {
    // Who may not list a bucket hears 403 of a key that is not there (Amazon S3 API, GetObject).
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status === 403 || status === 404) return undefined;
    throw error;
  }
}

async function textOf(bytes: Uint8Array): Promise<string | undefined> {
  try {
    return (await unpack(bytes, { maxOutputLength: limits.textBytes })).toString("utf8");
  } catch {
    return undefined;
  }
}

export async function writePacked(
  client: S3Client,
  Bucket: string,
  Key: string,
  text: string,
  abortSignal?: AbortSignal,
): Promise<void> {
  const Body = await pack(text);
  const given = { Bucket, Key, Body, ContentType: "application/gzip", ChecksumAlgorithm: "SHA256" } as const;
  await client.send(new PutObjectCommand(given), abortSignal ? { abortSignal } : {});
}
