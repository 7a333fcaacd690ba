/** A versioned bucket of the local cloud, as the fleet has it, and what is in it. */
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { DEFAULT_ACCOUNT } from "../../../local-cloud/call.js";
import type { LocalCloud } from "../../../local-cloud/index.js";

export const s3Of = (cloud: LocalCloud): S3Client =>
  new S3Client({
    endpoint: cloud.url,
    region: "eu-west-1",
    forcePathStyle: true,
    credentials: { accessKeyId: DEFAULT_ACCOUNT, secretAccessKey: "local" },
  });

let made = 0;
export const createBucket = async (s3: S3Client): Promise<string> => {
  const Bucket = `capture-${(made += 1)}`;
  await s3.send(
    new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }),
  );
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
  return Bucket;
};

/** Every version of every object below a prefix: a key that was written twice is there twice. */
export const keysOf = async (s3: S3Client, Bucket: string, Prefix: string): Promise<string[]> => {
  const answer = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix }));
  return (answer.Versions ?? []).map(({ Key }) => Key ?? "").sort();
};

export const textOf = async (s3: S3Client, Bucket: string, Key: string): Promise<string> => {
  const answer = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return (await answer.Body?.transformToString()) ?? "";
};

export interface Line {
  readonly key: string;
  readonly client: string;
  readonly vni: string;
  readonly packets: number | null;
  readonly bytes: number;
  readonly sha256: string;
  readonly times: string;
  readonly first: string;
  /** Of a line of `index/lost/`: why it was given up, and which file of the spool it was. */
  readonly lost?: string;
  readonly path?: string;
}

export const indexOf = async (s3: S3Client, bucket: string): Promise<Line[]> => {
  const texts = await Promise.all((await keysOf(s3, bucket, "index/")).map((key) => textOf(s3, bucket, key)));
  return texts.flatMap((text) =>
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Line),
  );
};
