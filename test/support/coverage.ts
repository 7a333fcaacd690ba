/**
 * Whether sources stay covered while something else happens: looks at EC2 over and over until told to stop. A
 * source is covered by a session of ours that EC2 lists, whose target it lists, and whose filter it lists with rules:
 * a filter without any mirrors nothing (EC2 API reference, CreateTrafficMirrorFilter).
 */
import {
  DescribeTrafficMirrorFiltersCommand,
  DescribeTrafficMirrorTargetsCommand,
  type TrafficMirrorSession,
} from "@aws-sdk/client-ec2";
import { tagsOf, type Aws } from "./aws.js";

export interface Watched {
  readonly samples: number;
  /** The fewest of the interfaces that were covered in a sample. */
  readonly fewest: number;
}

const ids = (listed: readonly (string | undefined)[]): ReadonlySet<string> =>
  new Set(listed.filter((id) => id !== undefined));

/** Ids of interfaces that are covered now. Sessions are read first: what they name must still be there afterwards. */
export const covered = async (aws: Aws, controller: string): Promise<ReadonlySet<string>> => {
  const sessions = await aws.sessions();
  const [{ TrafficMirrorTargets = [] }, { TrafficMirrorFilters = [] }] = await Promise.all([
    aws.ec2.send(new DescribeTrafficMirrorTargetsCommand({ MaxResults: 1000 })),
    aws.ec2.send(new DescribeTrafficMirrorFiltersCommand({ MaxResults: 1000 })),
  ]);
  const targets = ids(TrafficMirrorTargets.map((each) => each.TrafficMirrorTargetId));
  const filters = ids(
    TrafficMirrorFilters.filter(
      (each) => (each.IngressFilterRules ?? []).length > 0 && (each.EgressFilterRules ?? []).length > 0,
    ).map((each) => each.TrafficMirrorFilterId),
  );
  const works = (session: TrafficMirrorSession): boolean =>
    tagsOf(session.Tags)["traffic-mirror:controller"] === controller &&
    targets.has(session.TrafficMirrorTargetId ?? "") &&
    filters.has(session.TrafficMirrorFilterId ?? "");
  return ids(sessions.filter(works).map((each) => each.NetworkInterfaceId));
};

/**
 * Samples until `work` ends, `pause` milliseconds apart. What is between reading sessions and reading the rest can
 * have been replaced meanwhile, so a sample that falls short is taken once more and counts when both do.
 */
export const watch = async (
  { aws, controller }: { readonly aws: Aws; readonly controller: string },
  interfaceIds: readonly string[],
  work: () => Promise<void>,
  pause = 250,
): Promise<Watched> => {
  let [samples, fewest] = [0, Infinity];
  const count = async (): Promise<number> => {
    const now = await covered(aws, controller);
    return interfaceIds.filter((id) => now.has(id)).length;
  };
  const sample = async () => {
    const first = await count();
    const number = first === interfaceIds.length ? first : Math.max(first, await count());
    samples += 1;
    fewest = Math.min(fewest, number);
  };
  const state = { over: false };
  const watching = (async () => {
    do {
      await sample();
      await new Promise((resolve) => setTimeout(resolve, pause));
    } while (!state.over);
    await sample();
  })();
  try {
    await work();
  } finally {
    state.over = true;
    await watching;
  }
  return { samples, fewest };
};
