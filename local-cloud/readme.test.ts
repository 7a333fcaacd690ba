/** README.md lists what the code has: switches, control calls, options of the command line, files. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { LocalCloudClient } from "./client.js";
import { ROUTES } from "./control.js";
import { SWITCHES } from "./switches.js";

const read = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`./${name}`, import.meta.url)), "utf8");
const readme = read("README.md");

/** The rows below a heading, each as its cells. */
const table = (heading: string): string[][] => {
  const section = readme.split(`\n${heading}\n`)[1]?.split(/\n#+ /)[0] ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
};
const quoted = (cell = ""): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text);

test("every switch with its values and what it decides, the default first", () => {
  expect(
    table("### Switches").map(([name, values, meaning]) => [quoted(name), quoted(values), meaning]),
  ).toEqual(SWITCHES.map(({ name, values, description }) => [[name], [...values], description]));
});

test("every call of the control API, and every method of its client", () => {
  const rows = table("## Control API");
  expect(rows.flatMap(([call]) => quoted(call)).sort()).toEqual(Object.keys(ROUTES).sort());
  const methods = Object.getOwnPropertyNames(LocalCloudClient.prototype).filter(
    (name) => !["constructor", "env"].includes(name),
  );
  expect(rows.flatMap(([, client]) => quoted(client)).sort()).toEqual(methods.sort());
});

test("every setting", () => {
  const declared = read("client.ts").split("async settings(settings: {")[1]?.split("}")[0] ?? "";
  const names = [...declared.matchAll(/^\s+(\w+)\?:/gm)].map(([, name = ""]) => name);
  expect(
    table("### Settings")
      .flatMap(([name]) => quoted(name))
      .sort(),
  ).toEqual(names.sort());
});

test("every option of the command line", () => {
  const options = [...read("cli.ts").matchAll(/^ {2}(--\w+)/gm)].map(([, option = ""]) => option);
  expect(
    table("## Quick start").flatMap(([option]) => quoted(option).map((text) => text.split(" ")[0])),
  ).toEqual(options);
});

test("every file and folder", () => {
  const present = readdirSync(fileURLToPath(new URL("./", import.meta.url)), { withFileTypes: true })
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .filter((name) => !name.endsWith(".test.ts") && !["README.md", "requirements.txt"].includes(name));
  expect(
    table("## How it is built")
      .flatMap(([name]) => quoted(name))
      .sort(),
  ).toEqual(present.sort());
});

test("every kindness that is not done, with a test that there is", () => {
  const rows = table("### Unkind").map(([, where = ""]) => ({
    file: quoted(where)[0] ?? "",
    title: /"([^"]+)"/.exec(where)?.[1] ?? "test(",
  }));
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.filter(({ file, title }) => !read(file).includes(title))).toEqual([]);
});
