import { expect, it } from "@jest/globals";
import {
  BatchGetItemCommand,
  DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
} from "@aws-sdk/client-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { createDemandTable } from "../../../functions/aws/demand-table.js";
import { aClock, NOON } from "../../support/fakes.js";

it("reads a bounded part of what a requester has been refused, however much of it there is", async () => {
  const dynamo = mockClient(DynamoDBClient);
  const counter = { requester: { S: "AROA:i-1" }, item: { S: "quota" }, claims: { N: "20" } };
  dynamo.on(BatchGetItemCommand).resolves({ Responses: { demands: [counter] } });
  let pages = 0;
  dynamo.on(QueryCommand).callsFake(({ ExpressionAttributeValues: values }: QueryCommandInput) => {
    if (values?.[":partition"]?.S === "interfaces") return { Items: [] };
    pages += 1;
    // A refusal is kept for an hour at least, and DynamoDB cleans up days later as it likes.
    const LastEvaluatedKey = { requester: { S: "AROA:i-1" }, item: { S: `eni-${String(pages)}` } };
    return { Items: [], ...(pages < 100 && { LastEvaluatedKey }) };
  });
  const quotas = { requestsPerMinute: 30, openPerRequester: 20, openInAll: 500 };
  const clock = aClock();
  const client = new DynamoDBClient({ region: "eu-west-1" });
  const store = createDemandTable(client, { table: "demands", quotas, maximumMinutes: 60, clock });
  await store.overdue(NOON, "AROA:i-1");
  expect(pages).toBe(1);
});
