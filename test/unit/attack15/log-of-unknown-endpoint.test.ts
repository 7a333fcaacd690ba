/** A log whose lines came through an endpoint that is not in the map yet waits for it, as a capture does. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bucket } from "../../../functions/capture-agent/aws/bucket.js";
import { parseConfig } from "../../../functions/capture-agent/config.js";
import {
  decided,
  originOf,
  originOfTag,
  type Knowledge,
} from "../../../functions/capture-agent/core/tags.js";
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

test("its lines carry the client when the map has the endpoint a minute later", async () => {
  const stored: string[] = [];
  const bucket: Bucket = {
    putFile: (_key, path) => {
      stored.push(readFileSync(path, "utf8"));
      return Promise.resolve("stored");
    },
    putText: () => Promise.resolve("stored"),
  };
  const place = { prefix: "", zone: "z1", node: "i-1" };
  const now = (): number => Date.now();
  const log = createLog(() => undefined);
  const config = parseConfig(
    JSON.stringify({
      version: 1,
      fleet: "f",
      region: "r",
      datapath: "bpf",
      interface: "mirror0",
      health_port: 1,
      spool: { directory: spool, labels: true },
      bucket: { name: "b" },
      tool: {},
    }),
  );
  const sent = new Set<string>();
  const count = () => undefined;
  const journal = createUploadJournal({ folder: join(spool, "index"), bucket, place, now, log });
  const losses = createLossJournal({ folder: join(spool, "lost"), sent, count, log, now });
  const endpoint = "vpce-00000000000000001";
  let knowledge: Knowledge = {
    register: { shop: { account_id: "111122223333", vnis: {} } },
    tags: [{ tag: 8, identity: { endpoint } }],
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
    // As identity-loop.ts does.
    owners: () => (tag) => decided(originOfTag(tag, knowledge, true)),
  });
  writeFileSync(join(spool, "done/20261129T040000-eve.json"), '{"event_type":"alert","vlan":[8]}\n');
  await uploader.pass();
  knowledge = { ...knowledge, endpoints: new Map([[endpoint, "111122223333"]]) };
  await uploader.pass();
  expect(stored).toEqual(['{"client":"shop","vni":"other","event_type":"alert","vlan":[8]}\n']);
});
