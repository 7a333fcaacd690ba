/** With labels every .log and .json passes through text: what is no UTF-8, or no JSON, must leave as the tool wrote it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labelled } from "../../../functions/capture-agent/core/labels.js";
import { labelFile } from "../../../functions/capture-agent/system/label.js";

let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "label-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const owner = () => ({ client: "shop", vni: "7" });

test("a line of which nothing is labelled keeps its bytes", async () => {
  const path = join(folder, "tool.log");
  const bytes = Buffer.from("757365723de90d0a6c6173740d0a", "hex"); // "user=\xe9", CR LF, "last", CR LF
  writeFileSync(path, bytes);
  await labelFile(path, (line) => labelled(line, owner));
  expect(readFileSync(path).toString("hex")).toBe(bytes.toString("hex"));
});
