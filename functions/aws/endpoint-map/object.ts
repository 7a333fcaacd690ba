/** The map as an object of the code bucket, which nodes only read. */
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { options } from "../client.js";

export interface MapObject {
  /** undefined: there is none yet. */
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

export function createMapObject(Bucket: string, Key: string): MapObject {
  // A local stand-in for S3 has no bucket names in its DNS.
  const forcePathStyle = process.env["AWS_ENDPOINT_URL"] !== undefined;
  const client = new S3Client({ ...options, forcePathStyle });
  return {
    async read() {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
        return await Body?.transformToString();
      } catch (error) {
        // Who may not list a bucket hears 403 of a key that is not there (Amazon S3 API, GetObject).
        const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
        if (status === 403 || status === 404) return undefined;
        throw error;
      }
    },
    async write(Body) {
      const ContentType = "application/json";
      await client.send(
        new PutObjectCommand({ Bucket, Key, Body, ContentType, ChecksumAlgorithm: "SHA256" }),
      );
    },
  };
}
