/** The record of one run, as it is written to docs/qualification, and which of several counts. */
import * as z from "zod";
import { FACTS, type FactId } from "./facts.js";
import type { Fact, Finding } from "./model.js";

const finding = z
  .strictObject({
    status: z.enum(["seen", "unproven", "unknown"]),
    value: z.string().min(1).optional(),
    detail: z.string().min(1),
  })
  .refine(({ status, value }) => (status === "seen") === (value !== undefined), {
    message: "what was seen has a value, and nothing else has",
  });

const step = z.strictObject({
  name: z.string().min(1),
  result: z.enum(["passed", "failed", "not run"]),
  detail: z.string(),
  seconds: z.number().min(0),
});

export const schema = z.strictObject({
  date: z.iso.date(),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/),
  /** `local`: an endpoint of one's own was set. Such a record is proof of nothing in AWS. */
  cloud: z.enum(["aws", "local"]),
  /** Of the repository, as `git describe` has it. */
  version: z.string(),
  /** Beginning of the names and value of the tag of all that was made. */
  run: z.string(),
  /** The estimate of before, in dollars. */
  estimate: z.number().min(0),
  minutes: z.number().min(0),
  cases: z.array(step),
  facts: z.partialRecord(z.enum(FACTS.map(({ id }) => id)), finding),
  /** What the clean-up could not take away. Empty where all is gone. */
  left: z.array(z.string()),
});

export type Step = z.output<typeof step>;
export type QualificationRecord = z.output<typeof schema>;

/** One sentence where a file is no record. */
export const parseRecord = (path: string, text: string): QualificationRecord => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error(`${path} is not JSON`);
  }
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Error(
    `${path} is no record of make qualify: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`,
  );
};

/** File names in docs/qualification, and that of the page beside it. */
export const fileName = ({ date, region }: Pick<QualificationRecord, "date" | "region">): string =>
  `${date}-${region}`;

/** The newest of AWS; of one day the last by region, so that it is the same for everybody. */
export const newest = (records: readonly QualificationRecord[]): QualificationRecord | undefined =>
  records
    .filter(({ cloud }) => cloud === "aws")
    .sort((a, b) => fileName(a).localeCompare(fileName(b)))
    .at(-1);

export const findingOf = (record: QualificationRecord | undefined, id: FactId): Finding => {
  const found = record?.facts[id];
  if (found === undefined) {
    const fact: Fact | undefined = FACTS.find((each) => each.id === id);
    const needed = fact?.needs === undefined ? "" : ` It needs a ${fact.needs} besides an account.`;
    return { status: "unproven", detail: `No run has asked.${needed}` };
  }
  const { status, detail, value } = found;
  return { status, detail, ...(value === undefined ? {} : { value }) };
};
