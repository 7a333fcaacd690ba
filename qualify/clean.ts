/**
 * Takes away what a run has made, and nothing else: what the journal names, what carries the run's own tag, and what
 * Terraform has in its state. Run again it goes on where it stopped.
 */
import { DescribeTagsCommand } from "@aws-sdk/client-ec2";
import { accountOf, type Clients } from "./clients.js";
import type { Journal, Kind, Log, Made } from "./journal.js";
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
  "vpc-": "network",
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
  "principal",
];
const rank = ({ kind }: Made): number => (ORDER.indexOf(kind) + ORDER.length + 1) % (ORDER.length + 1);

/** Seconds: an endpoint takes minutes to leave its VPC. */
const patience = ({ kind }: Made): number => (kind === "network" ? 600 : 90);

/** An interface is free, and a filter unused, only when what stood on it is gone, some time after it was told to go. */
const patiently = async (clients: Clients, made: Made): Promise<void> => {
  const { kind, id } = made;
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
    await until(forever, `${id} to go`, patience(made), gone, (done) => done);
  } catch (error) {
    throw last ?? error;
  }
};

export interface Cleaning {
  readonly clients: Clients;
  /** Of the second account, where one is given. */
  readonly second?: Clients;
  readonly journal: Journal;
  readonly destroy: Destroy;
  readonly say: (line: string) => void;
}

/** One of the accounts in which the run has made something. */
interface Account {
  readonly clients: Clients;
  readonly log: Log;
  readonly of?: "second" | undefined;
}

const checkAccount = async (
  clients: Clients,
  run: string,
  expected: string,
  whose: string,
): Promise<void> => {
  const account = await accountOf(clients);
  if (account === expected) return;
  throw new Error(
    `The run ${run} was made in the account ${expected}, and ${whose} are of ${account}: clean up with those.`,
  );
};

/** Ids of what is left, the reasons beside them; the journal ends when there are none. */
export const clean = async (cleaning: Cleaning): Promise<readonly string[]> => {
  const { clients, second, journal, destroy, say } = cleaning;
  const { open } = journal;
  if (open === undefined) return [];
  await checkAccount(clients, open.run, open.account, "these credentials");
  const accounts: Account[] = [{ clients, log: journal }];
  const left: string[] = [];
  if (open.second !== undefined && second !== undefined) {
    await checkAccount(second, open.run, open.second, "those of SECOND_PROFILE");
    accounts.push({ clients: second, log: journal.second, of: "second" });
  } else if (open.second !== undefined) {
    left.push(`what it made in the account ${open.second}: clean up with its SECOND_PROFILE`);
  }
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      left.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const take = async (account: Account, all: readonly Made[]): Promise<void> => {
    for (const made of [...all].sort((a, b) => rank(a) - rank(b))) {
      await attempt(`${made.kind} ${made.id}`, async () => {
        await patiently(account.clients, made);
        account.log.gone(made.kind, made.id);
      });
    }
  };
  say("what the probes made goes first");
  // The second account's first: its endpoint is a connection of the hub's service.
  for (const account of [...accounts].reverse()) {
    await take(
      account,
      journal.remaining().filter(({ of }) => of === account.of),
    );
    const known = async () =>
      (await alive(account.clients, await withTag(account.clients, OWN_TAG, open.run))).flatMap((id) => {
        const kind = kindOf(id);
        return kind === undefined ? [] : [{ kind, id }];
      });
    const deleting = async () =>
      (await known()).filter(({ kind }) => kind === "instance" || kind === "endpoint");
    await attempt("what carries the run's tag", async () => {
      await take(account, await known());
      await until(forever, "instances and endpoints to end", 600, deleting, (all) => all.length === 0);
    });
  }
  say("terraform destroy");
  await attempt("terraform destroy", destroy);
  for (const account of accounts) {
    await attempt("tags", async () => {
      let there: readonly string[] = [];
      // A volume goes some time after its instance.
      const rest = async () =>
        (there = await alive(account.clients, await withTag(account.clients, RUN_TAG, open.run)));
      await until(forever, "nothing to carry the run's tag", 60, rest, (all) => all.length === 0).catch(
        () => undefined,
      );
      left.push(...there);
    });
  }
  if (left.length === 0) journal.end();
  return left;
};
