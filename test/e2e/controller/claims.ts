/** The table of claims, as an operator reads and repairs it. */
import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateScan,
  type AttributeValue,
} from "@aws-sdk/client-dynamodb";

export type Item = Record<string, AttributeValue>;

export interface Claim {
  readonly version?: string | undefined;
  readonly status?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly reason?: string | undefined;
  readonly note?: string | undefined;
  readonly expiresAt?: string | undefined;
}

export class Claims {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async item(requester: string, item: string): Promise<Item | undefined> {
    const Key = { requester: { S: requester }, item: { S: item } };
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key, ConsistentRead: true }),
    );
    return Item;
  }

  async put(Item: Item): Promise<void> {
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item }));
  }

  async of(interfaceId: string, requester = "traffic-mirror"): Promise<Claim | undefined> {
    const item = await this.item(requester, interfaceId);
    return (
      item && {
        version: item["version"]?.S,
        status: item["status"]?.S,
        sessionId: item["session_id"]?.S,
        reason: item["reason"]?.S,
        note: item["note"]?.S,
        expiresAt: item["expires_at"]?.S,
      }
    );
  }

  async all(): Promise<readonly Item[]> {
    const found: Item[] = [];
    for await (const { Items = [] } of paginateScan({ client: this.#client }, { TableName: this.#table }))
      found.push(...Items);
    return found;
  }

  /** Everything, counts included: the next sweep then ends what was asked for. */
  async clear(): Promise<void> {
    for (const { requester, item } of await this.all()) {
      const Key = { requester: requester ?? { S: "" }, item: item ?? { S: "" } };
      await this.#client.send(new DeleteItemCommand({ TableName: this.#table, Key }));
    }
  }
}
