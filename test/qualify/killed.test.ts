/** A run that is killed in the middle, with no chance to clean up, and what takes its place. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateTrafficMirrorFilterCommand, DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { startLocalCloud, type LocalCloud } from "../../local-cloud/index.js";
import { Journal } from "../../qualify/journal.js";
import { cleanUp } from "../../qualify/run.js";
import { OWN_TAG, RUN_TAG } from "../../qualify/tags.js";
import { root } from "../../scripts/lib/run.js";
import { createAws } from "../support/aws.js";
import { surroundings, whereOf } from "./stage.js";
import { stranger } from "./stranger.js";

let cloud: LocalCloud;
let folder: string;
beforeAll(async () => {
  cloud = await startLocalCloud();
  folder = mkdtempSync(join(tmpdir(), "qualify-killed-"));
});
afterAll(async () => {
  await cloud.stop();
  rmSync(folder, { recursive: true, force: true });
});

const journal = () => new Journal(join(folder, "journal.jsonl"));
const vpcs = async () => {
  const { Vpcs = [] } = await new EC2Client(whereOf(cloud)).send(new DescribeVpcsCommand({}));
  return Vpcs.filter(({ IsDefault }) => IsDefault !== true).length;
};

/** Starts a run as a process of its own and kills it as soon as the cloud has something of it. */
const killedRun = async (before: number): Promise<void> => {
  const child = spawn(process.execPath, ["--import", "tsx", "test/qualify/child.ts", folder, cloud.url], {
    cwd: root,
    stdio: "inherit",
  });
  // Not the state: Terraform names a resource there before it has made it.
  const ended = () => child.exitCode ?? child.signalCode;
  while ((await vpcs()) <= before && ended() === null) await sleep(200);
  expect(ended()).toBeNull();
  child.kill("SIGKILL");
};

test("after a kill all that the run made is taken away, and nothing else", async () => {
  const others = await stranger(cloud);
  const before = await vpcs();
  await killedRun(before);
  expect(await vpcs()).toBeGreaterThan(before);
  const run = journal().open?.run ?? "";
  expect(run).toMatch(/^qualify-/);
  // One call whose answer the kill swallowed: it carries the run's tags and is in no journal.
  await new EC2Client(whereOf(cloud)).send(
    new CreateTrafficMirrorFilterCommand({
      TagSpecifications: [
        {
          ResourceType: "traffic-mirror-filter",
          Tags: [RUN_TAG, OWN_TAG].map((Key) => ({ Key, Value: run })),
        },
      ],
    }),
  );

  const wrong = { ...surroundings(cloud, folder), where: whereOf(cloud, "222222222222") };
  await expect(cleanUp(wrong)).rejects.toThrow("and these credentials are of 222222222222");
  expect(await cleanUp(surroundings(cloud, folder))).toEqual([]);
  expect(await vpcs()).toBe(before);
  const { filters = [], ...rest } = await createAws(cloud.env()).inventory();
  expect([filters.length, Object.values(rest).flat()]).toEqual([1, []]);
  expect(await others()).toEqual([true, true, true]);
  expect(journal().open).toBeUndefined();
  expect(await cleanUp(surroundings(cloud, folder))).toEqual([]);
});
