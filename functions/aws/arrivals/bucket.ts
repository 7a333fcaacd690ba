/** The bucket of arrivals, as the hub's function sees it: what lies there, by whom, without more of one account than it may. */
import { ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { limits } from "../../core/arrival/limits.js";

export interface NodeKey {
  readonly key: string;
  readonly node: string;
}
export interface ListKey {
  readonly key: string;
  readonly account: string;
  readonly controller: string;
}

/** IAM's `aws:userid` of an instance's role: the role's id, and the instance's behind it. */
const nodeKey = /^nodes\/[A-Z0-9]{4,128}:(i-[0-9a-f]{8,17})\.json\.gz$/;
const listKey = /^sources\/(\d{12})\/([A-Za-z0-9._-]{1,128})\.json\.gz$/;
const PAGE = 1000;

export async function listNodes(client: S3Client, Bucket: string): Promise<readonly NodeKey[]> {
  const { Contents = [] } = await client.send(
    new ListObjectsV2Command({ Bucket, Prefix: "nodes/", MaxKeys: limits.nodeFiles }),
  );
  return Contents.flatMap(({ Key = "" }) => {
    const [, node] = nodeKey.exec(Key) ?? [];
    return node === undefined ? [] : [{ key: Key, node }];
  });
}

/** Pages on to the next account as soon as one has more files than it may, so that none hides the others behind its own. */
export async function listLists(
  client: S3Client,
  Bucket: string,
): Promise<{ readonly lists: readonly ListKey[]; readonly refused: number }> {
  const lists: ListKey[] = [];
  const ofAccount = new Map<string, number>();
  let refused = 0;
  let StartAfter: string | undefined;
  for (;;) {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket, Prefix: "sources/", MaxKeys: PAGE, StartAfter }),
    );
    const keys = (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
    for (const key of keys) {
      const [, account, controller] = listKey.exec(key) ?? [];
      const before = account === undefined ? limits.accountFiles : (ofAccount.get(account) ?? 0);
      if (account === undefined || controller === undefined || before >= limits.accountFiles) {
        refused += 1;
        continue;
      }
      ofAccount.set(account, before + 1);
      lists.push({ key, account, controller });
    }
    const last = keys.at(-1);
    if (page.IsTruncated !== true || last === undefined) return { lists, refused };
    const folder = last.slice(0, last.indexOf("/", "sources/".length) + 1);
    const isFull = (ofAccount.get(folder.split("/")[1] ?? "") ?? 0) >= limits.accountFiles;
    // "0" comes after "/": the first key that is not below this account's.
    StartAfter = isFull ? `${folder.slice(0, -1)}0` : last;
  }
}
