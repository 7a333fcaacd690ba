/** What a run says of itself: metrics of the fleet, zeros included, and a line of the log for each controller. */
import type { Logger } from "@aws-lambda-powertools/logger";
import { MetricUnit, type Metrics } from "@aws-lambda-powertools/metrics";
import { totalsOf, type ArrivalsResult } from "./run.js";

export interface ArrivalsAnswer {
  readonly controllers: number;
  readonly arrived: number;
  readonly silent: number;
  readonly never: number;
  readonly unknown: number;
  readonly groups_silent: number;
  /** Why nothing but what arrived is told. */
  readonly gap: string | null;
}

interface Told {
  readonly logger: Pick<Logger, "info" | "warn" | "error">;
  readonly metrics: Pick<Metrics, "addMetric" | "singleMetric">;
  /** Metrics of each client as well: each costs. */
  readonly eachClient: boolean;
}

/** Groups that a line names. */
const NAMED = 20;

export function tell(result: ArrivalsResult, { logger, metrics, eachClient }: Told): ArrivalsAnswer {
  const { clients, gap, arrived, unlisted } = result;
  const totals = totalsOf(clients);
  const count = (name: string, value: number) => metrics.addMetric(name, MetricUnit.Count, value);
  for (const [name, value] of Object.entries(totals)) count(name, value);
  count("PacketsArrived", sum([...arrived.values()].map(({ packets }) => packets)));
  count("SourcesUnlisted", sum([...unlisted.values()]));
  count("RowsOfStrangers", result.strangers);
  count("FilesRefused", result.filesRefused);
  count("AnswersUnwritten", result.unwritten);
  count("NodesNotWhole", gap === undefined ? 0 : 1);
  if (result.inServiceError) logger.warn("what is in service could not be read", result.inServiceError);
  for (const client of clients) {
    const { account, controller, counts, groups, refused } = client;
    const unlistedHere = unlisted.get(account) ?? 0;
    const fields = { client: account, controller, ...counts, refused, unlisted: unlistedHere };
    if (groups.length === 0) logger.info("arrivals", fields);
    else {
      const named = { ...fields, number: groups.length, groups: groups.slice(0, NAMED) };
      logger.error("nothing arrives of whole groups of sessions", named);
    }
    if (!client.isReadable) logger.warn("a list of sources cannot be read", { client: account, controller });
    if (!eachClient) continue;
    const values = { ...totalsOf([client]), SourcesUnlisted: unlistedHere };
    for (const [name, value] of Object.entries(values)) {
      const single = metrics.singleMetric();
      single.addDimension("client", account);
      single.addDimension("controller", controller);
      single.addMetric(name, MetricUnit.Count, value);
    }
  }
  return {
    controllers: clients.length,
    arrived: totals["SourcesArrived"] ?? 0,
    silent: totals["SourcesSilent"] ?? 0,
    never: totals["SourcesNeverSeen"] ?? 0,
    unknown: totals["SourcesUnknown"] ?? 0,
    groups_silent: totals["GroupsSilent"] ?? 0,
    gap: gap ?? null,
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
