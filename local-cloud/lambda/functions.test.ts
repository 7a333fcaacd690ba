/** Invocations of one function at the same moment: each has a process of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { Keys } from "../call.js";
import { Functions } from "./functions.js";
import { Records } from "./records.js";

const WHERE = { account: "111111111111", region: "eu-west-1" };
const SOURCE = `
export const handler = async (event) => {
  await new Promise((resolve) => setTimeout(resolve, 100));
  return [event.n, process.pid];
};`;

let functions: Functions;
const folder = mkdtempSync(join(tmpdir(), "functions-"));
beforeAll(() => {
  functions = new Functions({
    folder,
    keys: new Keys(),
    records: new Records(),
    endpoint: () => "http://127.0.0.1:1",
    lostKey: () => Promise.resolve(false),
  });
});
afterAll(async () => {
  await functions.reset();
  rmSync(folder, { recursive: true, force: true });
});

test("two that find the same warm process in the same moment both end", async () => {
  const zip = Buffer.from(zipSync({ "index.mjs": strToU8(SOURCE) }));
  functions.put(WHERE, "f", { zip, configuration: { Handler: "index.handler", Timeout: 10 } });
  const fn = functions.get(WHERE, "f");
  if (fn === undefined) throw new Error("no function");
  const invoke = async (n: number) => {
    const { value, error } = await functions.invoke(fn, JSON.stringify({ n }), "invoke");
    expect(error).toBeUndefined();
    return JSON.parse(value ?? "null") as [number, number];
  };
  const [, warm] = await invoke(0);
  const both = await Promise.all([invoke(1), invoke(2)]);
  expect(both.map(([n]) => n)).toEqual([1, 2]);
  expect(new Set(both.map(([, pid]) => pid)).size).toBe(2);
  expect(both.map(([, pid]) => pid)).toContain(warm);
  expect(functions.running).toBe(0);
}, 20_000);
