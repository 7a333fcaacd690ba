/**
 * Takes away what a run has made, and nothing else: what the journal names, what carries the run's own tag, and what
 * Terraform has in its state. Run again it goes on where it stopped.
 */
import { DescribeTagsCommand } from "@aws-sdk/client-ec2";
import { accountOf, type Clients } from "./clients.js";
import type { Journal, Kind, Made } from "./journal.js";
import { OWN_TAG, RUN_TAG } from "./tags.js";
import { alive } from "./there.js";
import { undo } from "./undo.js";
import { until } from "./until.js";

/** Terraform's part: true when nothing is left in its state. */
export type Destroy = () => Promise<void>;

const PREFIXES: Readonly<Record<string, Kind>> = {
  "tms-": "session",
  "tmt-": "target",
  "tmf-": "filter",
  "vpce-": "endpoint",
  "i-": "instance",
  "eni-": "interface",
};

/** Of a made thing that the journal does not know since the kill came between the call and its line. */
export const kindOf = (id: string): Kind | undefined =>
  Object.entries(PREFIXES).find(([prefix]) => id.startsWith(prefix))?.[1];

const withTag = async ({ ec2 }: Clients, key: string, run: string): Promise<readonly string[]> => {
  const { Tags = [] } = await ec2.send(
    new DescribeTagsCommand({
      Filters: [
        { Name: "key", Values: [key] },
        { Name: "value", Values: [run] },
      ],
    }),
  );
  return Tags.map(({ ResourceId = "" }) => ResourceId);
};

const forever = { deadline: Number.POSITIVE_INFINITY, signal: new AbortController().signal };

/** What stands on what: sessions before targets, targets before endpoints, instances before interfaces. */
const ORDER: readonly Kind[] = [
  "acceptance",
  "capacity",
  "session",
  "target",
  "filter",
  "endpoint",
  "instance",
];
const rank = ({ kind }: Made): number => (ORDER.indexOf(kind) + ORDER.length + 1) % (ORDER.length + 1);

/** An interface is free, and a filter unused, only when what stood on it is gone, some time after it was told to go. */
const patiently = async (clients: Clients, { kind, id }: Made): Promise<void> => {
  let last: unknown;
  const gone = () =>
    undo(clients, kind, id).then(
      () => true,
      (error: unknown) => {
        last = error;
        return false;
      },
    );
  try {
    await until(forever, `${id} to go`, 90, gone, (done) => done);
  } catch (error) {
    throw last ?? error;
  }
};

export interface Cleaning {
  readonly clients: Clients;
  readonly journal: Journal;
  readonly destroy: Destroy;
  readonly say: (line: string) => void;
}

/** Ids of what is left, the reasons beside them; the journal ends when there are none. */
export const clean = async ({ clients, journal, destroy, say }: Cleaning): Promise<readonly string[]> => {
  const { open } = journal;
  if (open === undefined) return [];
  const account = await accountOf(clients);
  if (account !== open.account) {
    throw new Error(
      `The run ${open.run} was made in the account ${open.account}, and these credentials are of ${account}: clean up with those.`,
    );
  }
  const left: string[] = [];
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      left.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const take = async (all: readonly Made[]): Promise<void> => {
    for (const { kind, id } of [...all].sort((a, b) => rank(a) - rank(b))) {
      await attempt(`${kind} ${id}`, async () => {
        await patiently(clients, { kind, id });
        journal.gone(kind, id);
      });
    }
  };
  say("what the probes made goes first");
  await take(journal.remaining());
  const known = async () =>
    (await alive(clients, await withTag(clients, OWN_TAG, open.run))).flatMap((id) => {
      const kind = kindOf(id);
      return kind === undefined ? [] : [{ kind, id }];
    });
  const deleting = async () =>
    (await known()).filter(({ kind }) => kind === "instance" || kind === "endpoint");
  await attempt("what carries the run's tag", async () => {
    await take(await known());
    await until(forever, "instances and endpoints to end", 600, deleting, (all) => all.length === 0);
  });
  say("terraform destroy");
  await attempt("terraform destroy", destroy);
  await attempt("tags", async () => {
    let there: readonly string[] = [];
    // A volume goes some time after its instance.
    const rest = async () => (there = await alive(clients, await withTag(clients, RUN_TAG, open.run)));
    await until(forever, "nothing to carry the run's tag", 60, rest, (all) => all.length === 0).catch(
      () => undefined,
    );
    left.push(...there);
  });
  if (left.length === 0) journal.end();
  return left;
};
