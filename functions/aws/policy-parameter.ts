/**
 * The policy document as it lies in SSM. Small ones are the parameter itself; larger ones are split: the head
 * says how many parts there are and the digest of the whole, `<head>/1` … `<head>/N` hold `digest|text|`.
 */
import {
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersCommand,
  type SSMClient,
} from "@aws-sdk/client-ssm";
import { createHash } from "node:crypto";
import { everyPage } from "./pages.js";

export interface PolicyParameter {
  /** The document now; `text` is undefined while Terraform is in the middle of writing its parts. */
  read(): Promise<PolicyText>;
  /** Earlier documents, newest first (SSM keeps the last 100 versions of a parameter). */
  history(): AsyncGenerator<string>;
}

export interface PolicyText {
  readonly text: string | undefined;
  /** Milliseconds since the epoch. */
  readonly writtenAt: number | undefined;
}

/** GetParameters takes at most this many names (SSM API reference). */
const NAMES_A_CALL = 10;
const VERSIONS_A_PAGE = 50;

interface Head {
  readonly parts: number;
  readonly digest: string;
}

export function createPolicyParameter(client: SSMClient, name: string): PolicyParameter {
  return {
    async read() {
      const head = await client.send(new GetParameterCommand({ Name: name }));
      const value = head.Parameter?.Value ?? "";
      const writtenAt = head.Parameter?.LastModifiedDate?.getTime();
      const split = headOf(value);
      if (split === undefined) return { text: value, writtenAt };
      const text = assemble(split, await readParts(client, partNames(name, split.parts)));
      return { text, writtenAt };
    },

    async *history() {
      const parts = new Map<string, readonly string[]>();
      for (const value of await versionsOf(client, name)) {
        const split = headOf(value);
        if (split === undefined) {
          yield value;
          continue;
        }
        const chosen: string[] = [];
        for (const part of partNames(name, split.parts)) {
          const versions = parts.get(part) ?? (await versionsOf(client, part));
          parts.set(part, versions);
          chosen.push(versions.find((version) => version.startsWith(`${split.digest}|`)) ?? "");
        }
        const whole = assemble(split, chosen);
        if (whole !== undefined) yield whole;
      }
    },
  };
}

function headOf(value: string): Head | undefined {
  try {
    const json = JSON.parse(value) as Partial<Head> | null;
    if (typeof json?.parts !== "number" || typeof json.digest !== "string") return undefined;
    return { parts: json.parts, digest: json.digest };
  } catch {
    return undefined; // not JSON: the reader of the document says so, with the place
  }
}

function partNames(name: string, parts: number): string[] {
  return Array.from({ length: parts }, (_, index) => `${name}/${String(index + 1)}`);
}

/** undefined when a part is missing, is of another document, or the whole is not what the digest says. */
function assemble(head: Head, parts: readonly string[]): string | undefined {
  const prefix = `${head.digest}|`;
  if (parts.length !== head.parts || !parts.every((part) => part.startsWith(prefix) && part.endsWith("|"))) {
    return undefined;
  }
  const text = parts.map((part) => part.slice(prefix.length, -1)).join("");
  return createHash("sha256").update(text).digest("hex") === head.digest ? text : undefined;
}

async function readParts(client: SSMClient, names: readonly string[]): Promise<string[]> {
  const values = new Map<string, string>();
  for (let start = 0; start < names.length; start += NAMES_A_CALL) {
    const page = await client.send(
      new GetParametersCommand({ Names: names.slice(start, start + NAMES_A_CALL) }),
    );
    for (const { Name = "", Value = "" } of page.Parameters ?? []) values.set(Name, Value);
  }
  return names.map((name) => values.get(name) ?? "");
}

/** Newest first. SSM answers oldest first. */
async function versionsOf(client: SSMClient, Name: string): Promise<string[]> {
  const versions = await everyPage("GetParameterHistory", async (NextToken) => {
    const page = await client.send(
      new GetParameterHistoryCommand({ Name, MaxResults: VERSIONS_A_PAGE, NextToken }),
    );
    return { items: (page.Parameters ?? []).map(({ Value = "" }) => Value), next: page.NextToken };
  });
  return versions.reverse();
}
