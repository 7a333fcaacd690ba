/** The node's program that puts the spool on a disk of its own, with disks made of files; lsblk is a stand-in. Needs root. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = join(process.cwd(), "modules/capture-fleet/node/bin/spool");
let folder = "";
let disks: string[] = [];

/** A disk of 16 MiB of the model, and what it holds. */
const disk = (model: string, content?: "foreign" | "partition"): string => {
  const file = join(folder, `image-${disks.length}`);
  execFileSync("truncate", ["-s", "16M", file]);
  if (content === "foreign") execFileSync("mkfs.ext4", ["-q", "-L", "someone", file]);
  const device = execFileSync("losetup", ["--find", "--show", file], { encoding: "utf8" }).trim();
  disks.push(device);
  const name = device.split("/").at(-1) ?? "";
  writeFileSync(join(folder, `model-${name}`), model);
  if (content === "partition") writeFileSync(join(folder, `parts-${name}`), "");
  return device;
};
const spool = (storage: string): { status: number | null; said: string } => {
  writeFileSync(join(folder, "node.env"), `SPOOL_DIRECTORY='${folder}/spool'\nSPOOL_STORAGE='${storage}'\n`);
  const env = {
    PATH: `${folder}/bin:${process.env["PATH"] ?? ""}`,
    TRAFFIC_MIRROR_ENV: join(folder, "node.env"),
  };
  const { status, stderr } = spawnSync(program, { env, encoding: "utf8" });
  return { status, said: stderr.trim() };
};
const source = (): string =>
  spawnSync("findmnt", ["--noheadings", "--output", "SOURCE", join(folder, "spool")], {
    encoding: "utf8",
  }).stdout.trim();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spool-"));
  disks = [];
  mkdirSync(join(folder, "bin"));
  // The last argument is the disk that is asked about; without one it is the list, smallest first.
  writeFileSync(
    join(folder, "bin/lsblk"),
    `#!/bin/bash
name=\${*: -1}
case "$*" in
  *--paths*) for model in '${folder}'/model-*; do echo "/dev/\${model##*/model-}"; done ;;
  *MODEL*) cat "${folder}/model-\${name##*/}"; echo ;;
  *) echo "$name"; [ ! -e "${folder}/parts-\${name##*/}" ] || echo "$name"p1 ;;
esac
`,
  );
  chmodSync(join(folder, "bin/lsblk"), 0o755);
});
afterEach(() => {
  spawnSync("umount", [join(folder, "spool")]);
  for (const device of disks) spawnSync("losetup", ["--detach", device]);
  rmSync(folder, { recursive: true, force: true });
});

const EBS = "Amazon Elastic Block Store";
const STORE = "Amazon EC2 NVMe Instance Storage";

test("the root volume needs nothing", () => {
  expect(spool("root")).toEqual({ status: 0, said: "" });
  expect(existsSync(join(folder, "spool"))).toBe(false);
});

test("a blank disk gets a file system once, and its files are there after the next boot", () => {
  disk(EBS, "partition");
  disk(STORE);
  const own = disk(EBS);
  expect(spool("volume")).toEqual({ status: 0, said: "" });
  expect(source()).toBe(own);
  writeFileSync(join(folder, "spool/evidence"), "kept");
  expect(spool("volume")).toEqual({ status: 0, said: "" });
  execFileSync("umount", [join(folder, "spool")]);
  expect(spool("volume")).toEqual({ status: 0, said: "" });
  expect(readFileSync(join(folder, "spool/evidence"), "utf8")).toBe("kept");
});

test("an instance store is told from volumes", () => {
  const store = disk(STORE);
  disk(EBS);
  expect(spool("instance_store")).toEqual({ status: 0, said: "" });
  expect(source()).toBe(store);
});

test("what carries a partition or somebody else's file system is left alone, with a sentence", () => {
  disk(EBS, "partition");
  const foreign = disk(EBS, "foreign");
  expect(spool("volume")).toEqual({
    status: 1,
    said: expect.stringContaining(`this instance has no unused disk "${EBS}"`),
  });
  const label = execFileSync("blkid", ["-p", "-s", "LABEL", "-o", "value", foreign], { encoding: "utf8" });
  expect(label.trim()).toBe("someone");
});
