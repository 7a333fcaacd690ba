import { expect, it } from "@jest/globals";
import { everyPage } from "../../../functions/aws/pages.js";

const pages = (tokens: Readonly<Record<string, string | undefined>>) => {
  let asked = 0;
  const read = async (token = "") => {
    asked += 1;
    return { items: [token], next: tokens[token] };
  };
  return { read, asked: () => asked };
};

it("reads every page once, in order", async () => {
  const { read } = pages({ "": "a", a: "b", b: undefined });
  expect(await everyPage("DescribeThings", read)).toEqual(["", "a", "b"]);
});

it("takes an empty token for the end", async () => {
  const { read } = pages({ "": "a", a: "" });
  expect(await everyPage("DescribeThings", read)).toEqual(["", "a"]);
});

it.each([
  ["at once", { "": "a", a: "a" }, 2],
  ["after a while", { "": "a", a: "b", b: "c", c: "b" }, 4],
])("ends, with the name of the call, where a token comes again %s", async (_, tokens, most) => {
  const { read, asked } = pages(tokens);
  await expect(everyPage("DescribeThings", read)).rejects.toThrow("DescribeThings repeats its page token");
  expect(asked()).toBe(most);
});
