/**
 * `make bench`: what the functions cost, as tables.
 *
 *   npm run bench                 every section but the long ones
 *   npm run bench -- all          every section
 *   npm run bench -- size calls   some
 *   npm run bench -- --compare <folder> --command "<command>" [--interfaces 200]
 *
 * Ends with 1 when something is above its limit.
 */

import { parseArgs } from "node:util";
import { batching } from "./sections/batching.js";
import { burst } from "./sections/burst.js";
import { calls } from "./sections/calls.js";
import { compareOf } from "./sections/compare.js";
import { dataplane } from "./sections/dataplane.js";
import { fleetOf } from "./sections/fleet.js";
import { imports } from "./sections/imports.js";
import { latency } from "./sections/latency.js";
import { memory } from "./sections/memory.js";
import { pace } from "./sections/pace.js";
import { requests } from "./sections/requests.js";
import { size } from "./sections/size.js";
import { storm } from "./sections/storm.js";
import { throttled } from "./sections/throttled.js";
import { writer } from "./sections/writer.js";
import type { Row, Section } from "./section.js";

// The data path needs root on Debian 12, so it is not in the short run.
const LONG: readonly Section[] = [
  fleetOf(10_000),
  memory,
  throttled,
  burst,
  batching,
  storm,
  requests,
  dataplane,
  writer,
];
const SECTIONS: readonly Section[] = [
  size,
  imports,
  pace,
  calls,
  latency,
  fleetOf(200),
  fleetOf(1000),
  ...LONG,
];

const print = ({ title, columns }: Section, rows: readonly Row[]): void => {
  const table = [["", ...columns, ""]];
  for (const { name, cells, ok } of rows) {
    table.push([name, ...cells, ok === undefined ? "" : ok ? "ok" : "ABOVE ITS LIMIT"]);
  }
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((cells) => (cells[column] ?? "").length)),
  );
  console.log(`\n${title}`);
  for (const cells of table) {
    const padded = cells.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 || column === cells.length - 1 ? cell.padEnd(width) : cell.padStart(width);
    });
    console.log(`  ${padded.join("  ")}`.trimEnd());
  }
};

const chosen = (args: readonly string[]): readonly Section[] | string => {
  const { values, positionals: names } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      compare: { type: "string" },
      command: { type: "string" },
      interfaces: { type: "string", default: "200" },
    },
  });
  const { compare: folder, command } = values;
  if (folder !== undefined) {
    const interfaces = Number(values.interfaces);
    if (command === undefined) return "--compare needs --command: what does the backfill in that folder";
    if (!Number.isInteger(interfaces) || interfaces < 1) return "--interfaces must be a whole number from 1";
    return [compareOf({ folder, command, interfaces })];
  }
  if (names.length === 0) return SECTIONS.filter((section) => !LONG.includes(section));
  if (names.includes("all")) return SECTIONS;
  const unknown = names.filter((name) => !SECTIONS.some((section) => section.name === name));
  if (unknown.length === 0) return SECTIONS.filter(({ name }) => names.includes(name));
  const known = SECTIONS.map((section) => section.name).join(", ");
  return `no section ${unknown.join(", ")}; there are: ${known}, all`;
};

const main = async (args: readonly string[]): Promise<number> => {
  const sections = chosen(args);
  if (typeof sections === "string") {
    console.error(sections);
    return 64;
  }
  let above = 0;
  for (const section of sections) {
    const rows = await section.measure();
    print(section, rows);
    above += rows.filter(({ ok }) => ok === false).length;
  }
  const left = args.length === 0 ? LONG.map(({ name }) => name).join(", ") : "";
  if (left !== "") console.log(`\nleft out: ${left} (npm run bench -- all)`);
  console.log(above === 0 ? "\nwithin every limit" : `\n${above} above their limits`);
  return above === 0 ? 0 : 1;
};

process.exitCode = await main(process.argv.slice(2));
