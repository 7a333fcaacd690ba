import { createHash } from "node:crypto";
import { jsonBody, serviceError } from "../answers.js";
import { Scoped } from "../scoped.js";
import type { Answer } from "../types.js";
import { is, type PatchSet } from "./types.js";

/** "The client request token is valid for 10 minutes" (API reference, TransactWriteItems). */
const TOKEN_MS = 600_000;

interface Transaction {
  readonly request: string;
  readonly answer: Answer;
  readonly at: number;
}

export const dynamodbPatches = (): PatchSet => {
  const transactions = new Scoped(() => new Map<string, Transaction>());
  return {
    reset: () => transactions.reset(),
    patches: [
      {
        name: "dynamodb-transaction-token",
        why: "moto carries out a transaction again that an SDK repeats with its token, and its own first writes then refuse it",
        match: is("dynamodb", "TransactWriteItems"),
        async run(call, next) {
          const { ClientRequestToken: token, ...rest } = jsonBody<{ ClientRequestToken: string }>(call);
          if (token === undefined) return next();
          const request = createHash("sha256").update(JSON.stringify(rest)).digest("hex");
          const known = transactions.of(call);
          const before = known.get(token);
          const now = Date.now();
          if (before !== undefined && now - before.at < TOKEN_MS) {
            if (before.request === request) return before.answer;
            const message =
              "The request uses the same client token as a previous, but non-identical request.";
            return serviceError(call, "IdempotentParameterMismatchException", message);
          }
          const answer = await next();
          if (answer.status === 200) known.set(token, { request, answer, at: now });
          return answer;
        },
      },
      {
        name: "dynamodb-unused-values",
        why: "moto takes values that no expression of a transaction's item uses; DynamoDB refuses the whole call",
        match: is("dynamodb", "TransactWriteItems"),
        run(call, next) {
          const { TransactItems = [] } = jsonBody<{
            TransactItems: readonly Readonly<Record<string, Readonly<Record<string, unknown>>>>[];
          }>(call);
          for (const operation of TransactItems.flatMap((item) => Object.values(item))) {
            const expressions = `${String(operation["UpdateExpression"] ?? "")} ${String(operation["ConditionExpression"] ?? "")}`;
            const used = new Set(expressions.match(/:\w+/g) ?? []);
            const given = Object.keys((operation["ExpressionAttributeValues"] as object | undefined) ?? {});
            const unused = given.filter((name) => !used.has(name));
            if (unused.length === 0) continue;
            const message = `Value provided in ExpressionAttributeValues unused in expressions: keys: {${unused.join(", ")}}`;
            return Promise.resolve(serviceError(call, "ValidationException", message));
          }
          return next();
        },
      },
    ],
  };
};
