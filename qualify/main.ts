/**
 * `make qualify` and `make qualify-clean` (README.md beside this file).
 *
 *   tsx qualify/main.ts run --region <region> --budget <dollars> [--minutes 90] [--trail yes] [--detector yes] …
 *   tsx qualify/main.ts clean --region <region> [--second-profile …]
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../scripts/lib/run.js";
import { createClients, type Clients, type Where } from "./clients.js";
import { FOLDER, formatted } from "./docs.js";
import { parseOptions, type Options } from "./options.js";
import { page } from "./page.js";
import { fileName, type QualificationRecord } from "./record.js";
import { cleanUp, qualify, type Surroundings } from "./run.js";

const interruption = new AbortController();

/** The first interrupt ends the run in order, clean-up and all; the second at once: make qualify-clean does the rest. */
const listen = (): void => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (interruption.signal.aborted) process.exit(130);
      console.log(
        `${signal}: the run ends and cleans up as soon as Terraform is done; once more ends it at once (then make qualify-clean)`,
      );
      interruption.abort();
    });
  }
};

const whereOf = (region: string, env: NodeJS.ProcessEnv): Where => {
  const endpoint = env["AWS_ENDPOINT_URL"];
  return { region, ...(endpoint === undefined || endpoint === "" ? {} : { endpoint }) };
};

const secondOf = ({ extras: { secondProfile: profile }, region }: Options): Clients | undefined =>
  profile === undefined ? undefined : createClients({ ...whereOf(region, process.env), profile });

const surroundings = (region: string, second?: Clients): Surroundings => ({
  folder: join(root, ".qualify", region),
  where: whereOf(region, process.env),
  env: {
    ...Object.fromEntries(
      Object.entries(process.env).flatMap(([key, value]) =>
        key.startsWith("AWS_") && value !== undefined ? [[key, value]] : [],
      ),
    ),
    AWS_REGION: region,
  },
  version: execFileSync("git", ["describe", "--always", "--dirty"], { cwd: root, encoding: "utf8" }).trim(),
  signal: interruption.signal,
  say: (line) => console.log(line),
  ...(second === undefined ? {} : { second }),
});

const write = async (record: QualificationRecord): Promise<string> => {
  // The local cloud's records are for whoever develops this, and no documents.
  const folder = join(root, record.cloud === "aws" ? FOLDER : join("reports", "qualification"));
  mkdirSync(folder, { recursive: true });
  const path = join(folder, fileName(record));
  const json = JSON.stringify(record, null, 2);
  writeFileSync(`${path}.json`, await formatted(join(root, `${FOLDER}/a.json`), json));
  writeFileSync(`${path}.md`, await formatted(join(root, `${FOLDER}/a.md`), page(record)));
  return path;
};

const main = async ([command = "", ...args]: readonly string[]): Promise<number> => {
  listen();
  if (command === "clean") {
    const options = parseOptions([...args, "--budget", "0"]);
    const left = await cleanUp(surroundings(options.region, secondOf(options)));
    for (const each of left) console.error(`left: ${each}`);
    return left.length === 0 ? 0 : 1;
  }
  if (command !== "run") {
    console.error("usage: tsx qualify/main.ts run|clean --region <region> …");
    return 64;
  }
  const options = parseOptions(args);
  const record = await qualify(options, surroundings(options.region, secondOf(options)));
  console.log(
    `written: ${await write(record)}.json and .md${record.cloud === "aws" ? "; now make docs" : ""}`,
  );
  return record.left.length === 0 && record.cases.every(({ result }) => result !== "failed") ? 0 : 1;
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
