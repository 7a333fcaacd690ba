/** What AWS refuses and moto accepts: each in AWS's code and sentence (the table in README.md says which test is for what). */
import {
  EC2Client,
  CreateVpcCommand,
  CreateSubnetCommand,
  CreateVpcEndpointCommand,
  DescribeInstancesCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateLoadBalancerCommand,
  ElasticLoadBalancingV2Client,
  SetSubnetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  InvokeCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutObjectCommand, PutObjectTaggingCommand, S3Client } from "@aws-sdk/client-s3";
import { strToU8, zipSync } from "fflate";
import { startLocalCloud, type LocalCloud } from "./index.js";
import { assumeRole, createFunction, createRole, iamCall, lambdaOf, sdk } from "./support/resources.js";

const ACCOUNT = "111111111111";
let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.stop());

const numbered = (count: number) => Array.from({ length: count }, (_, n) => `k${n}`);

describe("S3", () => {
  const client = () =>
    new S3Client({
      endpoint: cloud.url,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { accessKeyId: ACCOUNT, secretAccessKey: "local" },
    });

  test("takes ten tags of an object, with it and afterwards", async () => {
    const s3 = client();
    const place = { Bucket: "bucket", Key: "a/b" };
    await s3.send(new CreateBucketCommand({ Bucket: "bucket" }));
    const put = (count: number) =>
      s3.send(
        new PutObjectCommand({
          ...place,
          Body: "x",
          Tagging: numbered(count)
            .map((key) => `${key}=v`)
            .join("&"),
        }),
      );
    const tag = (count: number) =>
      s3.send(
        new PutObjectTaggingCommand({
          ...place,
          Tagging: { TagSet: numbered(count).map((Key) => ({ Key, Value: "v" })) },
        }),
      );
    const refused = { name: "BadRequest", message: "Object tags cannot be greater than 10" };
    await put(10);
    await expect(put(11)).rejects.toMatchObject(refused);
    await tag(10);
    await expect(tag(11)).rejects.toMatchObject(refused);
  });
});

describe("IAM", () => {
  test("holds tag keys that differ in case for the same", async () => {
    const create = (...keys: readonly string[]) =>
      iamCall(cloud, ACCOUNT, {
        Action: "CreateRole",
        RoleName: "r",
        AssumeRolePolicyDocument: "{}",
        ...Object.fromEntries(
          keys.flatMap((key, n) => [
            [`Tags.member.${n + 1}.Key`, key],
            [`Tags.member.${n + 1}.Value`, "v"],
          ]),
        ),
      });
    await expect(create("team", "owner", "Team")).rejects.toThrow(
      "<Code>InvalidInput</Code><Message>Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    );
    await create("team", "owner");
  });

  test("wants the permissions that CreateVpcEndpoint depends on", async () => {
    const ec2 = sdk(cloud, ACCOUNT, EC2Client);
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({ VpcId: Vpc?.VpcId ?? "", CidrBlock: "10.0.0.0/24" }),
    );
    const asRole = async (name: string, Action: readonly string[]): Promise<string> => {
      await createRole(cloud, ACCOUNT, name, [{ Effect: "Allow", Action, Resource: "*" }]);
      const { config } = await assumeRole(cloud, ACCOUNT, name, "session");
      const made = new EC2Client(config).send(
        new CreateVpcEndpointCommand({
          VpcEndpointType: "GatewayLoadBalancer",
          ServiceName: "com.amazonaws.vpce.eu-west-1.vpce-svc-0123",
          VpcId: Vpc?.VpcId ?? "",
          SubnetIds: [Subnet?.SubnetId ?? ""],
        }),
      );
      return made.then(
        () => "made",
        (error: unknown) => String(error),
      );
    };
    const reads = ["ec2:DescribeVpcs", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups"];
    for (const [n, missing] of reads.entries()) {
      const actions = ["ec2:CreateVpcEndpoint", ...reads.filter((read) => read !== missing)];
      expect(await asRole(`without-${n}`, actions)).toContain(`is not authorized to perform: ${missing}`);
    }
    // There is no such service: the permissions are enough to be told so.
    expect(await asRole("with-all", ["ec2:CreateVpcEndpoint", ...reads])).toContain("InvalidServiceName");
  });
});

describe("EC2", () => {
  test("a launched instance is pending for as long as it is told to be", async () => {
    const ec2 = sdk(cloud, ACCOUNT, EC2Client);
    await cloud.ec2({ pendingMilliseconds: 1000 });
    const launch = new RunInstancesCommand({ ImageId: "ami-1", MinCount: 1, MaxCount: 1 });
    const { Instances = [] } = await ec2.send(launch);
    const state = async () => {
      const InstanceIds = [Instances[0]?.InstanceId ?? ""];
      const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds }));
      return Reservations[0]?.Instances?.[0]?.State?.Name;
    };
    expect(await state()).toBe("pending");
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(await state()).toBe("running");
  });
});

describe("Elastic Load Balancing", () => {
  test("a Gateway Load Balancer keeps its subnets and takes more", async () => {
    const ec2 = sdk(cloud, ACCOUNT, EC2Client);
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
    const subnet = async (n: number): Promise<string> => {
      const VpcId = Vpc?.VpcId ?? "";
      const AvailabilityZone = `eu-west-1${"abc"[n] ?? ""}`;
      const made = await ec2.send(
        new CreateSubnetCommand({ VpcId, AvailabilityZone, CidrBlock: `10.0.${n}.0/24` }),
      );
      return made.Subnet?.SubnetId ?? "";
    };
    const [a, b, c] = [await subnet(0), await subnet(1), await subnet(2)];
    const elb = sdk(cloud, ACCOUNT, ElasticLoadBalancingV2Client);
    const { LoadBalancers = [] } = await elb.send(
      new CreateLoadBalancerCommand({ Name: "hub", Type: "gateway", Subnets: [a, b] }),
    );
    const set = (...Subnets: string[]) =>
      elb.send(new SetSubnetsCommand({ LoadBalancerArn: LoadBalancers[0]?.LoadBalancerArn ?? "", Subnets }));
    await expect(set(a, c)).rejects.toMatchObject({
      name: "InvalidConfigurationRequestException",
      message: `Subnets of a Gateway Load Balancer cannot be removed: ${b}`,
    });
    await set(a, b, c);
  });
});

describe("Lambda", () => {
  const source = "export const handler = async () => process.env.AB.length;";

  test("takes 4 KB of environment, counted in bytes", async () => {
    // {"AB":"…"} has nine bytes besides.
    const name = await createFunction(cloud, ACCOUNT, source, { environment: { AB: "x".repeat(4087) } });
    const change = (value: string) =>
      lambdaOf(cloud, ACCOUNT).send(
        new UpdateFunctionConfigurationCommand({
          FunctionName: name,
          Environment: { Variables: { AB: value } },
        }),
      );
    const refused = {
      name: "InvalidParameterValueException",
      message: expect.stringMatching(/exceeded the 4KB limit\. String measured: \{"AB":"/) as unknown,
    };
    await expect(change("x".repeat(4088))).rejects.toMatchObject(refused);
    await expect(change("ä".repeat(2044))).rejects.toMatchObject(refused);
    await expect(
      createFunction(cloud, ACCOUNT, source, { environment: { AB: "x".repeat(4088) } }),
    ).rejects.toMatchObject(refused);
  });

  test("a role made anew under its name loses the key of the environment, until the function is configured", async () => {
    const name = await createFunction(cloud, ACCOUNT, source, { environment: { AB: "abc" } });
    const client = lambdaOf(cloud, ACCOUNT);
    const invoke = async () => {
      const { Payload } = await client.send(new InvokeCommand({ FunctionName: name }));
      return Buffer.from(Payload ?? []).toString();
    };
    expect(await invoke()).toBe("3");
    await iamCall(cloud, ACCOUNT, { Action: "DeleteRolePolicy", RoleName: name, PolicyName: "own" });
    await iamCall(cloud, ACCOUNT, { Action: "DeleteRole", RoleName: name });
    await createRole(cloud, ACCOUNT, name);
    const lost = { name: "KMSAccessDeniedException" };
    await expect(invoke()).rejects.toMatchObject(lost);
    const ZipFile = zipSync({ "index.mjs": strToU8(source) });
    await client.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile }));
    await expect(invoke()).rejects.toMatchObject(lost);
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, Timeout: 11 }));
    expect(await invoke()).toBe("3");
  });
});
