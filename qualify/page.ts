/** What people read of a record: a page of its own, and the table in README's Limits. Pure; Prettier does the columns. */
import { SWITCHES } from "../local-cloud/switches.js";
import { FACTS } from "./facts.js";
import type { Fact, Finding } from "./model.js";
import { fileName, findingOf, type QualificationRecord } from "./record.js";

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ").trim();

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.map(cell).join(" | ")} |`).join("\n");

const FACT_LIST: readonly Fact[] = FACTS;
const idOf = (fact: Fact) => fact.id as (typeof FACTS)[number]["id"];

/** `unproven`, `unknown`, or what was seen. */
const verdict = (fact: Fact, { status, value = "" }: Finding): string => {
  if (status !== "seen") return status;
  return fact.switch === undefined ? `${value} (${fact.unit ?? ""})` : `\`${value}\``;
};

/** Which switch of the local cloud the answer sets, and whether it stands there already. */
const setting = (fact: Fact, { status, value }: Finding): string => {
  if (fact.switch === undefined) return "";
  if (status !== "seen") return `\`${fact.switch}\``;
  const standard = SWITCHES.find(({ name }) => name === fact.switch)?.values[0];
  return standard === value
    ? `\`${fact.switch}\`, as by default`
    : `\`${fact.switch}\`: **\`${value ?? ""}\`**`;
};

export const BEGIN =
  "<!-- BEGIN_QUALIFICATION: written by `make docs` from the newest record of `make qualify` -->";
export const END = "<!-- END_QUALIFICATION -->";

/** The table of README's Limits. */
export const limits = (record: QualificationRecord | undefined): string => {
  const origin =
    record === undefined
      ? "Nothing was run on a real AWS account. What follows rests on no document, and the product works either way; `make qualify` asks an account ([qualify](qualify/README.md))."
      : `Asked of a real AWS account on ${record.date} in ${record.region} ([what was seen](docs/qualification/${fileName(record)}.md)). Where it says otherwise nobody knows, and the product works either way.`;
  const rows = FACT_LIST.map((fact) => [
    fact.question,
    verdict(fact, findingOf(record, idOf(fact))),
    fact.meanwhile,
  ]);
  return `${origin}\n\n${table(["fact", "seen", "what the product does"], rows)}`;
};

/** README with the block between its markers replaced. */
export const withLimits = (readme: string, block: string): string => {
  const from = readme.indexOf(BEGIN);
  const to = readme.indexOf(END);
  if (from < 0 || to < from) throw new Error(`README.md needs the lines ${BEGIN} and ${END}`);
  return `${readme.slice(0, from)}${BEGIN}\n\n${block}\n\n${readme.slice(to)}`;
};

const COUNTED = ["passed", "failed", "not run"] as const;

/** The page beside the record. */
export const page = (record: QualificationRecord): string => {
  const where =
    record.cloud === "aws" ? "a real AWS account" : "the local cloud, which proves nothing of AWS";
  const counts = COUNTED.map(
    (result) => `${record.cases.filter((each) => each.result === result).length} ${result}`,
  );
  const facts = FACT_LIST.map((fact) => {
    const found = findingOf(record, idOf(fact));
    return [fact.question, verdict(fact, found), found.detail, setting(fact, found)];
  });
  const left =
    record.left.length === 0
      ? "Nothing was left behind."
      : `**Left behind; take it away by hand or by \`make qualify-clean\`:**\n\n${record.left.map((each) => `- \`${each}\``).join("\n")}`;
  return [
    `# Qualification of ${record.date} in ${record.region}`,
    `On ${where}, version \`${record.version}\`, run \`${record.run}\`: ${record.minutes} minutes, at most ${record.estimate.toFixed(2)} dollars by the estimate. ${left}`,
    "## Cases",
    `${counts.join(", ")}.`,
    table(
      ["case", "result", "seconds", "what was seen"],
      record.cases.map(({ name, result, seconds, detail }) => [name, result, String(seconds), detail]),
    ),
    "## Facts",
    "The last column names the switch of the [local cloud](../../local-cloud/README.md#switches) that the answer sets.",
    table(["fact", "seen", "how", "switch"], facts),
  ].join("\n\n");
};
