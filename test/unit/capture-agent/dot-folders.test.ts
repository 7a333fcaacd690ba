/** What the agent moves or leaves below a folder that begins with a dot in done/ is seen by nobody afterwards. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createLog } from "../../../functions/capture-agent/system/log.js";
import {
  adoptOpenFiles,
  listFiles,
  listOpenFiles,
  prepareSpool,
  settleSplits,
} from "../../../functions/capture-agent/system/spool-files.js";
import { listForLosses } from "../../../functions/capture-agent/spool-limit.js";

let spool = "";
beforeEach(async () => {
  spool = mkdtempSync(join(tmpdir(), "spool-"));
  await prepareSpool(spool);
});
afterEach(() => rmSync(spool, { recursive: true, force: true }));
const put = (path: string): void => {
  mkdirSync(dirname(join(spool, path)), { recursive: true });
  writeFileSync(join(spool, path), "evidence");
};

const quiet = createLog(() => undefined);
const namesOf = async (folder: string) =>
  (await listFiles(join(spool, folder))).map(({ path }) => path).sort();

test("a draft in a folder of drafts is adopted where it is sent from", async () => {
  put("open/zeek-0/.state/conn.log");
  expect(await listOpenFiles(spool)).toHaveLength(1); // counted until now
  expect(
    await adoptOpenFiles(
      spool,
      createLog(() => undefined),
    ),
  ).toBe(1);
  expect([...(await listFiles(join(spool, "done"))), ...(await listOpenFiles(spool))]).toHaveLength(1);
});

test("parts that the agent's own splitter had done when it was killed are still evidence of the spool", async () => {
  // After the rename to .whole and the source's removal, before the parts are moved: functions/capture-split/files.ts.
  put("done/.a.pcap.whole/a.vlan=7,packets=1,first=1,last=1.pcap");
  expect(await listForLosses(spool)).toHaveLength(1);
});

test("what a splitter that was killed in done/ has left is put in order: all parts, or the file", async () => {
  put("done/zeek-0/.a.pcap.whole/a.vlan=7.pcap");
  put("done/zeek-0/.a.pcap.whole/a.vlan=9.pcap");
  put("done/zeek-0/a.vlan=8.pcap"); // which it had moved already
  put("done/b.pcap");
  put("done/.b.pcap.whole/b.vlan=7.pcap"); // before it removed the file
  put("done/c.pcap");
  put("done/.c.pcap.split/7");
  put("done/.d.pcap.whole/d.vlan=7.pcap");
  put("done/d.vlan=7.pcap"); // of another file of that name
  await settleSplits(join(spool, "done"), quiet);
  expect(await namesOf("done")).toEqual([
    "b.vlan=7.pcap",
    "c.pcap",
    "d.vlan=7.pcap",
    expect.stringMatching(/^left-\d+-d\.vlan=7\.pcap$/),
    "zeek-0/a.vlan=7.pcap",
    "zeek-0/a.vlan=8.pcap",
    "zeek-0/a.vlan=9.pcap",
  ]);
  expect(await listForLosses(spool)).toHaveLength(7);
  await settleSplits(join(spool, "done"), quiet);
  expect(await namesOf("done")).toHaveLength(7);
});
