import { describe, expect, test } from "@jest/globals";
import { decodeCall, DEFAULT_ACCOUNT, Keys } from "./call.js";

const signed = (key: string, service = "ec2", region = "eu-west-1"): Record<string, string> => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${key}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});
const keys = new Keys();
keys.add("ASIAFUNCTION", { account: "222222222222", roleArn: "arn:aws:iam::222222222222:role/r" });

describe("decoding of calls", () => {
  test.each([
    ["111111111111", "111111111111"],
    ["ASIAFUNCTION", "222222222222"],
    ["AKIASOMETHING", DEFAULT_ACCOUNT],
  ])("access key %s is account %s", (key, account) => {
    const call = decodeCall({ method: "POST", url: "/", headers: signed(key) }, Buffer.alloc(0), keys);
    expect(call.account).toBe(account);
  });

  test("a key that was handed out knows its role", () => {
    const call = decodeCall(
      { method: "POST", url: "/", headers: signed("ASIAFUNCTION") },
      Buffer.alloc(0),
      keys,
    );
    expect(call.roleArn).toBe("arn:aws:iam::222222222222:role/r");
  });

  test("the action of a query API is a field", () => {
    const headers = { ...signed("1"), "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
    const call = decodeCall(
      { method: "POST", url: "/", headers },
      Buffer.from("Action=DescribeVpcs&VpcId.1=a%26b"),
      keys,
    );
    expect(call.action).toBe("DescribeVpcs");
    expect(call.params["VpcId.1"]).toBe("a&b");
  });

  test("the action of a JSON API is the end of its target", () => {
    const headers = { ...signed("1", "sqs", "us-east-2"), "x-amz-target": "AmazonSQS.SendMessage" };
    const call = decodeCall({ method: "POST", url: "/", headers }, Buffer.from("{}"), keys);
    expect(call).toMatchObject({ service: "sqs", action: "SendMessage", region: "us-east-2" });
  });

  test("the action of a REST API is its method and path", () => {
    const url = "/2015-03-31/functions/f?Qualifier=1";
    const call = decodeCall({ method: "GET", url, headers: signed("1", "lambda") }, Buffer.alloc(0), keys);
    expect(call.action).toBe("GET /2015-03-31/functions/f");
  });

  test("a presigned URL is signed too", () => {
    const url = "/b/k?X-Amz-Credential=111111111111%2F20260101%2Feu-west-1%2Fs3%2Faws4_request";
    const call = decodeCall({ method: "GET", url, headers: {} }, Buffer.alloc(0), keys);
    expect(call).toMatchObject({ service: "s3", account: "111111111111" });
  });
});
