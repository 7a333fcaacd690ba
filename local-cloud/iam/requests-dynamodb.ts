/**
 * What has to be allowed for a call of DynamoDB. A transaction is authorized by what its items do, not under a name of its
 * own (Developer Guide, "Using IAM with DynamoDB transactions"), and `dynamodb:LeadingKeys` has the partition keys of all
 * items that a call names; a scan names none ("Using IAM policy conditions for fine-grained access control").
 */
import { jsonBody } from "../answers.js";
import type { Call } from "../types.js";
import type { Context } from "./context.js";
import type { ResourceFacts } from "./facts.js";
import type { AccessRequest } from "./policy.js";

type Value = Readonly<Record<string, unknown>>;
type Item = Readonly<Record<string, Value | undefined>>;

/** One action on one table, with the items that it is about. */
interface Access {
  readonly action: string;
  readonly table: string;
  readonly index?: string | undefined;
  readonly items: readonly Item[];
}

interface Operation {
  readonly TableName: string;
  readonly Key?: Item;
  readonly Item?: Item;
}

interface Body extends Partial<Operation> {
  readonly IndexName?: string;
  /** In calls about tags. */
  readonly ResourceArn?: string;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, Value>>;
  readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly Item[] } | readonly Write[]>>;
  readonly TransactItems?: readonly Readonly<Record<string, Operation>>[];
}
interface Write {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

const ACTIONS: Readonly<Record<string, string>> = {
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
  Get: "GetItem",
};

/** The attributes that a key condition sets equal to a value, such as the partition key: `#a = :b AND c > :d`. */
const equalities = ({
  KeyConditionExpression: expression = "",
  ExpressionAttributeNames: names = {},
  ExpressionAttributeValues: values = {},
}: Body): Item =>
  Object.fromEntries(
    [...expression.matchAll(/([#\w]+)\s*=\s*(:\w+)/g)].map(([, name = "", value = ""]) => [
      names[name] ?? name,
      values[value],
    ]),
  );

const accesses = (call: Call): readonly Access[] => {
  const body: Body = jsonBody<Body>(call);
  if (body.TransactItems !== undefined) {
    return body.TransactItems.flatMap((item) =>
      Object.entries(item).map(([kind, { TableName, Key, Item }]) => ({
        action: ACTIONS[kind] ?? kind,
        table: TableName,
        items: [Key ?? Item ?? {}],
      })),
    );
  }
  if (body.RequestItems !== undefined) {
    return Object.entries(body.RequestItems).map(([table, asked]) => ({
      action: call.action,
      table,
      items:
        "Keys" in asked
          ? asked.Keys
          : asked.map(({ PutRequest, DeleteRequest }) => PutRequest?.Item ?? DeleteRequest?.Key ?? {}),
    }));
  }
  const { TableName: table = body.ResourceArn ?? "", IndexName: index, Key, Item } = body;
  const named = call.action === "Query" ? equalities(body) : (Key ?? Item);
  return [{ action: call.action, table, index, items: named === undefined ? [] : [named] }];
};

export const dynamodbRequests = async (
  call: Call,
  base: Context,
  facts: ResourceFacts,
): Promise<AccessRequest[]> =>
  Promise.all(
    accesses(call).map(async ({ action, table, index, items }) => {
      const arn = table.startsWith("arn:")
        ? table
        : `arn:aws:dynamodb:${call.region}:${call.account}:table/${table}`;
      const resource = table === "" ? "*" : index === undefined ? arn : `${arn}/index/${index}`;
      // An index has a partition key of its own, which the table's does not stand for.
      const known = items.length === 0 || index !== undefined ? {} : await facts(call, "table", table);
      const hashKey = known?.["hash-key"];
      const leading = items.flatMap((item) => {
        const value = typeof hashKey === "string" ? item[hashKey] : undefined;
        return value === undefined ? [] : Object.values(value).map(String);
      });
      return {
        action: `dynamodb:${action}`,
        resource,
        context: {
          ...base,
          ...(leading.length > 0 && { "dynamodb:LeadingKeys": [...new Set(leading)] }),
        },
      };
    }),
  );
