import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { strToU8, zipSync } from "fflate";
import { readZip, unzipTo } from "./zip.js";

const archive = (files: Parameters<typeof zipSync>[0]): Buffer => Buffer.from(zipSync(files));

describe("zip reader", () => {
  test("reads deflated and stored entries in their order", () => {
    const long = "x".repeat(10_000);
    const zip = archive({ "index.mjs": strToU8(long), "lib/a.txt": [strToU8("stored"), { level: 0 }] });
    const entries = readZip(zip);
    expect(entries.map(({ name }) => name)).toEqual(["index.mjs", "lib/a.txt"]);
    expect(entries[0]?.data.toString()).toBe(long);
    expect(entries[1]?.data.toString()).toBe("stored");
  });

  test("unpacks into folders with the archive's permissions", () => {
    const folder = mkdtempSync(join(tmpdir(), "zip-test-"));
    const file = [strToU8("1"), { os: 3, attrs: 0o640 << 16 }] as [Uint8Array, { os: number; attrs: number }];
    unzipTo(archive({ "deep/er/file": file }), folder);
    expect(readFileSync(join(folder, "deep/er/file"), "utf8")).toBe("1");
    expect(statSync(join(folder, "deep/er/file")).mode & 0o777).toBe(0o640);
    rmSync(folder, { recursive: true });
  });

  test("refuses a name that leaves the folder", () => {
    expect(() => unzipTo(archive({ "../escape": strToU8("x") }), tmpdir())).toThrow("leaves the folder");
  });

  test("refuses what is no archive", () => {
    expect(() => readZip(Buffer.from("hello, this is certainly no archive"))).toThrow("not a zip archive");
  });
});
