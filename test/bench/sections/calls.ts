/** EC2 calls by scenario, warm, against the limits of the project's numbers. */
import { startLocalCloud, type LocalCloud } from "../../../local-cloud/index.js";
import { createAccount, WHERE, type Account } from "../account.js";
import type { Row, Section } from "../section.js";

interface Calls {
  readonly reads: number;
  readonly creates: number;
  readonly others: number;
}

interface Scenario {
  readonly name: string;
  /** What the limit says, for the table. */
  readonly limit: string;
  readonly within: (calls: Calls) => boolean;
  readonly run: (account: Account) => Promise<void>;
}

const counted = async (cloud: LocalCloud): Promise<Calls> => {
  const { actions } = await cloud.counts();
  const calls = { reads: 0, creates: 0, others: 0 };
  for (const [name, count] of Object.entries(actions)) {
    if (name === "ec2:CreateTrafficMirrorSession") calls.creates += count.calls;
    else if (name.startsWith("ec2:Describe")) calls.reads += count.calls;
    else if (name.startsWith("ec2:")) calls.others += count.calls;
  }
  return calls;
};

const inBatches = async (account: Account, instanceIds: readonly string[]): Promise<void> => {
  for (let start = 0; start < instanceIds.length; start += 10) {
    await account.deliver(instanceIds.slice(start, start + 10));
  }
};

/** In this order: a later scenario finds what the earlier ones made. */
const scenarios = (): readonly Scenario[] => {
  let burst: readonly string[] = [];
  return [
    {
      name: "one running instance",
      limit: "4 calls, 1 create",
      within: ({ reads, creates, others }) => creates === 1 && others === 0 && reads <= 3,
      run: async (account) => {
        const { instances } = await account.add(1);
        await account.deliver(instances.map(({ id }) => id));
      },
    },
    {
      name: "burst of 100, batches of 10",
      limit: "30 reads, 100 creates",
      within: ({ reads, creates, others }) => creates === 100 && others === 0 && reads <= 30,
      run: async (account) => {
        burst = (await account.add(100)).instances.map(({ id }) => id);
        await inBatches(account, burst);
      },
    },
    {
      name: "the same 100 again",
      limit: "30 reads, no mutation",
      within: ({ reads, creates, others }) => creates + others === 0 && reads <= 30,
      run: (account) => inBatches(account, burst),
    },
    {
      name: "sweep of 400 new interfaces",
      limit: "400 creates",
      within: ({ creates, others }) => creates === 400 && others === 0,
      run: async (account) => {
        await account.add(200, 2);
        await account.sweep();
      },
    },
    {
      name: "steady sweep of 501 interfaces",
      limit: "8 reads, no mutation",
      within: ({ reads, creates, others }) => creates + others === 0 && reads <= 8,
      run: async (account) => {
        await account.sweep();
      },
    },
  ];
};

export const calls: Section = {
  name: "calls",
  title: "EC2 calls, warm",
  columns: ["reads", "creates", "other writes", "limit"],
  async measure() {
    const cloud = await startLocalCloud();
    try {
      const account = await createAccount(cloud, { perSecond: 10_000, burst: 10_000 });
      // Warm: targets, endpoints and what stands behind them are cached for a minute and more.
      const { instances } = await account.add(1);
      await account.deliver(instances.map(({ id }) => id));
      await account.sweep();
      await cloud.fleet({ do: "remove", ...WHERE, instanceId: instances[0]?.id ?? "" });
      const rows: Row[] = [];
      for (const { name, limit, within, run } of scenarios()) {
        await cloud.resetCounts();
        await run(account);
        const found = await counted(cloud);
        const cells = [found.reads, found.creates, found.others].map(String);
        rows.push({ name, cells: [...cells, limit], ok: within(found) });
      }
      return rows;
    } finally {
      await cloud.stop();
    }
  },
};
