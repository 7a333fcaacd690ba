/** What the local cloud adds to moto's buckets. */
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketPolicyCommand,
  GetBucketNotificationConfigurationCommand,
  GetObjectLockConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DEFAULT_ACCOUNT, DEFAULT_REGION, startLocalCloud, type LocalCloud } from "./index.js";

const QUEUE = `arn:aws:sqs:${DEFAULT_REGION}:${DEFAULT_ACCOUNT}:wanted`;
const Bucket = "some-bucket";
let cloud: LocalCloud;
let s3: S3Client;
const options = () => ({
  endpoint: cloud.url,
  region: DEFAULT_REGION,
  credentials: { accessKeyId: DEFAULT_ACCOUNT, secretAccessKey: "local" },
});

beforeAll(async () => {
  cloud = await startLocalCloud();
  s3 = new S3Client({ ...options(), forcePathStyle: true });
  const CreateBucketConfiguration = { LocationConstraint: DEFAULT_REGION } as const;
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
});
afterAll(() => cloud.stop());

test("a bucket that notifies EventBridge shows it, and each object is one event", async () => {
  const sqs = new SQSClient(options());
  const statement = { Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: QUEUE };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: "wanted", Attributes: { Policy } }),
  );
  const events = new EventBridgeClient(options());
  const pattern = { source: ["aws.s3"], detail: { object: { key: [{ suffix: ".gz" }] } } };
  await events.send(new PutRuleCommand({ Name: "objects", EventPattern: JSON.stringify(pattern) }));
  await events.send(new PutTargetsCommand({ Rule: "objects", Targets: [{ Id: "queue", Arn: QUEUE }] }));

  const put = (Key: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: "content" }));
  await put("before.gz");
  const NotificationConfiguration = { EventBridgeConfiguration: {} };
  await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
  const shown = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
  expect(shown.EventBridgeConfiguration).toBeDefined();
  await put("client=a/after.gz");
  await put("client=a/other.txt");
  await cloud.idle();

  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
  );
  const bodies = Messages.map(({ Body = "{}" }) => JSON.parse(Body) as { detail: unknown });
  expect(bodies.map(({ detail }) => detail)).toEqual([
    expect.objectContaining({
      bucket: { name: Bucket },
      object: expect.objectContaining({ key: "client=a/after.gz" }) as unknown,
    }),
  ]);
});

describe("a bucket whose policy wants each key written once", () => {
  const write = { Bucket, Key: "kept/a", Body: "content" };
  const only = { ...write, IfNoneMatch: "*" };
  const refused = { name: "AccessDenied", $metadata: { httpStatusCode: 403 } };
  const there = { name: "PreconditionFailed", $metadata: { httpStatusCode: 412 } };
  const multipart = async (IfNoneMatch?: string) => {
    const { Key } = write;
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const part = { Bucket, Key, UploadId, PartNumber: 1, Body: "content" };
    const { ETag } = await s3.send(new UploadPartCommand(part));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    return s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload, IfNoneMatch }),
    );
  };

  beforeAll(async () => {
    const Statement = {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:PutObject",
      Resource: `arn:aws:s3:::${Bucket}/kept/*`,
      Condition: {
        Null: { "s3:if-none-match": "true" },
        Bool: { "s3:ObjectCreationOperation": "true" },
      },
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  });
  afterAll(() => s3.send(new DeleteBucketPolicyCommand({ Bucket })));

  test("takes a key once, with the header, and answers 412 to the next one", async () => {
    await expect(s3.send(new PutObjectCommand(write))).rejects.toMatchObject(refused);
    await s3.send(new PutObjectCommand(only));
    await expect(s3.send(new PutObjectCommand(only))).rejects.toMatchObject(there);
    await expect(s3.send(new PutObjectCommand(write))).rejects.toMatchObject(refused);
  });

  test("takes parts without it, and what completes them with it alone", async () => {
    await expect(multipart()).rejects.toMatchObject(refused);
    await expect(multipart("*")).rejects.toMatchObject(there);
  });

  test("refuses a copy, and leaves other keys alone", async () => {
    const CopySource = `${Bucket}/other`;
    await s3.send(new PutObjectCommand({ Bucket, Key: "other", Body: "content" }));
    await expect(s3.send(new CopyObjectCommand({ Bucket, Key: "kept/b", CopySource }))).rejects.toMatchObject(
      refused,
    );
    await s3.send(new CopyObjectCommand({ Bucket, Key: "another", CopySource }));
  });
});

test("object lock is configured on a bucket that holds something already", async () => {
  const read = () => s3.send(new GetObjectLockConfigurationCommand({ Bucket }));
  await expect(read()).rejects.toThrow("does not exist");
  const ObjectLockConfiguration = {
    ObjectLockEnabled: "Enabled",
    Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 7 } },
  } as const;
  await s3.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
  expect((await read()).ObjectLockConfiguration).toEqual(ObjectLockConfiguration);
});
