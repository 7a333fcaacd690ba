/** A file that is too large for one PutObject, as a multipart upload: written once as well, and compared by its digest. */
import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  type CompletedPart,
  type S3Client,
} from "@aws-sdk/client-s3";

/** An upload has at most 10,000 parts (Amazon S3, "Multipart upload limits"). A part is in memory while it is sent. */
const MOST_PARTS = 10_000;
const LEAST_PART = 16 * 2 ** 20;

export interface LargeFile {
  readonly key: string;
  readonly path: string;
  readonly bytes: number;
  /** Of the whole file. */
  readonly sha256: Buffer;
}

/** Throws where S3 does not have the object in the end, and an error of the name `BadDigest` where the file is another. */
export async function putInParts(s3: S3Client, Bucket: string, file: LargeFile): Promise<void> {
  const { key: Key } = file;
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: "SHA256" }),
  );
  const upload = { Bucket, Key, UploadId };
  try {
    const Parts = await sendParts(s3, upload, file);
    // The parts know no condition; it holds when they become an object.
    await s3.send(
      new CompleteMultipartUploadCommand({ ...upload, IfNoneMatch: "*", MultipartUpload: { Parts } }),
    );
  } catch (error) {
    // What cannot be aborted costs a day: the bucket's lifecycle rule ends it.
    await s3.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

async function sendParts(
  s3: S3Client,
  upload: { readonly Bucket: string; readonly Key: string; readonly UploadId: string | undefined },
  { path, bytes, sha256 }: LargeFile,
): Promise<CompletedPart[]> {
  const size = Math.max(LEAST_PART, Math.ceil(bytes / MOST_PARTS));
  const whole = createHash("sha256");
  const parts: CompletedPart[] = [];
  const handle = await open(path, "r");
  try {
    for (let at = 0; at < bytes; at += size) {
      const Body = await read(handle, at, Math.min(size, bytes - at));
      whole.update(Body);
      const PartNumber = parts.length + 1;
      const ChecksumSHA256 = createHash("sha256").update(Body).digest("base64");
      const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body, ChecksumSHA256 }));
      parts.push({ PartNumber, ETag, ChecksumSHA256 });
    }
  } finally {
    await handle.close();
  }
  if (!whole.digest().equals(sha256)) throw badDigest();
  return parts;
}

async function read(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  for (let filled = 0; filled < length;) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) throw badDigest();
    filled += bytesRead;
  }
  return buffer;
}

/** As S3 calls it where one PutObject carries other bytes than its digest says. */
function badDigest(): Error {
  return Object.assign(new Error("the file is not what was read before"), { name: "BadDigest" });
}
