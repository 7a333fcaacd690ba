/** A capture that could not be split while the bucket was away and the disk full is split once there is room again. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bucket } from "../../../functions/capture-agent/aws/bucket.js";
import { parseConfig } from "../../../functions/capture-agent/config.js";
import { originOf } from "../../../functions/capture-agent/core/tags.js";
import { createLog } from "../../../functions/capture-agent/system/log.js";
import { createLossJournal } from "../../../functions/capture-agent/system/loss-journal.js";
import { prepareSpool } from "../../../functions/capture-agent/system/spool-files.js";
import { createUploadJournal } from "../../../functions/capture-agent/system/upload-journal.js";
import { createUploader } from "../../../functions/capture-agent/uploader.js";

let spool = "";
beforeEach(async () => {
  spool = mkdtempSync(join(tmpdir(), "spool-"));
  await prepareSpool(spool);
});
afterEach(() => rmSync(spool, { recursive: true, force: true }));

test("it is the client's, not client=all, when the bucket is back", async () => {
  let away = true;
  const keys: string[] = [];
  const put = (key: string): Promise<"stored"> => {
    if (away) return Promise.reject(new Error("ETIMEDOUT"));
    keys.push(key);
    return Promise.resolve("stored");
  };
  const bucket: Bucket = { putFile: put, putText: put };
  const place = { prefix: "", zone: "z1", node: "i-1" };
  const now = (): number => Date.now();
  const log = createLog(() => undefined);
  // Splits only where there is room, as functions/capture-split does.
  const splitter = `[ -e "${spool}/room" ] || exit 1; mv "$1" "\${1%.pcap}.vlan=7.pcap"`;
  const config = parseConfig(
    JSON.stringify({
      version: 1,
      fleet: "f",
      region: "r",
      datapath: "bpf",
      interface: "mirror0",
      health_port: 1,
      spool: { directory: spool, split: true },
      bucket: { name: "b" },
      tool: {},
      commands: { split: ["/bin/sh", "-c", splitter, "split"] },
    }),
  );
  const sent = new Set<string>();
  const count = () => undefined;
  const journal = createUploadJournal({ folder: join(spool, "index"), bucket, place, now, log });
  const losses = createLossJournal({ folder: join(spool, "lost"), sent, count, log, now });
  const knowledge = {
    register: { shop: { account_id: "111122223333", vnis: { main: 7 } } },
    tags: [{ tag: 7, identity: { account: "111122223333", vni: 7 } }],
    endpoints: new Map<string, string>(),
  };
  const uploader = createUploader({
    config,
    bucket,
    journal,
    losses,
    sent,
    place,
    count,
    log,
    now,
    origin: ({ path }, late) => originOf(path, knowledge, late),
    owners: () => () => ({ client: "shop", vni: "7" }),
  });
  const path = join(spool, "done/20261129T040000-w0.pcap");
  writeFileSync(path, "capture");
  const then = Date.now() / 1000 - 400; // the bucket has been away for longer than five minutes
  utimesSync(path, then, then);
  await uploader.pass();
  expect(existsSync(path)).toBe(true);
  // The bucket is back, and there is room.
  away = false;
  execFileSync("touch", [join(spool, "room")]);
  await uploader.pass();
  await uploader.pass();
  expect(keys).toEqual([expect.stringContaining("captures/client=shop/vni=7/")]);
});
