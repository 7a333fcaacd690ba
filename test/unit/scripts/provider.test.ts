/** Where the tests' provider comes from, and what it says when it is ready. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { reattachIn } from "../../../scripts/lib/provider-process.js";
import { findMirror } from "../../../scripts/terraform-env.js";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync("/tmp/data-");
  const platform = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;
  mkdirSync(join(folder, "registry.terraform.io/hashicorp/aws/5.100.0", platform), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("somebody's data directory in a temporary folder is no mirror", () => {
  // Named, it is one.
  expect(findMirror(folder)).toBe(folder);
  expect(findMirror(undefined) ?? "none").not.toMatch(/^\/tmp\//);
});

test("a provider is ready when it has said how to reach it, and not before", () => {
  const attached = '{"registry.terraform.io/hashicorp/aws":{"Protocol":"grpc","Addr":{"Network":"unix"}}}';
  const before = "Initializing Terraform AWS Provider...\nProvider started. To attach Terraform CLI, set the";
  expect(reattachIn(before)).toBeUndefined();
  expect(reattachIn(`${before} …:\n\n\tTF_REATTACH_PROVIDERS='${attached.slice(0, 30)}`)).toBeUndefined();
  expect(reattachIn(`${before} …:\n\n\tTF_REATTACH_PROVIDERS='${attached}'\n`)).toBe(attached);
});
