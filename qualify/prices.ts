/**
 * What a run costs at most, before anything is made. List prices of us-east-1 in dollars (docs/dated-facts.json); other
 * regions are dearer by up to a half, which the estimate takes as given.
 */
interface Item {
  readonly what: string;
  readonly count: number;
  /** For each, an hour. */
  readonly hour: number;
}

const MONTH_HOURS = 730;

export const ITEMS: readonly Item[] = [
  { what: "capture node, t3.small", count: 2, hour: 0.0208 },
  { what: "instances to mirror, t3.nano, and of a type that cannot be", count: 8, hour: 0.0058 },
  { what: "their volumes, gp3 of 8 GB", count: 10, hour: (8 * 0.08) / MONTH_HOURS },
  { what: "NAT gateway", count: 1, hour: 0.045 },
  { what: "its public address", count: 1, hour: 0.005 },
  { what: "Gateway Load Balancer with a capacity unit", count: 1, hour: 0.0125 + 0.004 },
  { what: "Application Load Balancer", count: 1, hour: 0.0225 },
  { what: "Gateway Load Balancer endpoints", count: 4, hour: 0.01 },
  { what: "mirror sessions", count: 12, hour: 0.015 },
  { what: "alarms", count: 60, hour: 0.1 / MONTH_HOURS },
  { what: "metrics of their own", count: 150, hour: 0.3 / MONTH_HOURS },
];

/** Packages for a node through the NAT gateway, functions, queues, a dashboard, requests. */
const ONCE = 0.25;
const DEARER = 1.5;

/** Whole hours are billed of some of it, and the clean-up takes its time. */
const hours = (minutes: number): number => Math.ceil((minutes + 20) / 60);

export const estimate = (minutes: number): number => {
  const hourly = ITEMS.reduce((sum, { count, hour }) => sum + count * hour, 0);
  return Math.ceil((hourly * hours(minutes) + ONCE) * DEARER * 100) / 100;
};

/** Lines for people. */
export const bill = (minutes: number): readonly string[] => [
  ...ITEMS.map(
    ({ what, count, hour }) => `${String(count).padStart(4)} ${what}: ${(count * hour).toFixed(4)} an hour`,
  ),
  `for ${hours(minutes)} hours, with ${ONCE.toFixed(2)} for what is paid once, and half as much again where the region is dearer`,
  `at most ${estimate(minutes).toFixed(2)} dollars`,
];
