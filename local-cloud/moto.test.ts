/** The pipe to moto: what comes back in pieces, what moto cannot do, and a moto that ends. */
import { describe, expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import { ownCall } from "./call.js";
import { answerReader, frame, startMoto } from "./moto.js";
import type { Answer } from "./types.js";

jest.setTimeout(60_000);
const PLACE = { account: "111111111111", region: "eu-west-1" };
const listQueues = ownCall(PLACE, "sqs", { target: "AmazonSQS.ListQueues", json: {} });

const encoded = (status: number, headers: [string, string][], body: Uint8Array): Buffer =>
  frame({ status, headers }, body);

test("answers are whole however the pipe cuts them", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 200, max: 599 }), fc.uint8Array({ maxLength: 200 })), {
        maxLength: 8,
      }),
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
      (answers, sizes) => {
        const bytes = Buffer.concat(answers.map(([status, body]) => encoded(status, [["X-A", "é"]], body)));
        const read: Answer[] = [];
        const take = answerReader((answer) => read.push(answer));
        for (let at = 0, n = 0; at < bytes.length; n++) {
          const size = sizes[n % sizes.length] ?? 1;
          take(bytes.subarray(at, at + size));
          at += size;
        }
        expect(read.map(({ status, headers, body }) => [status, headers, [...body]])).toEqual(
          answers.map(([status, body]) => [status, { "x-a": "é" }, [...body]]),
        );
      },
    ),
  );
});

test("headers that come twice are one, and the length is set by the front", () => {
  const read: Answer[] = [];
  answerReader((answer) => read.push(answer))(
    encoded(200, [["Vary", "a"], ["Content-Length", "9"], ["vary", "b"]], Buffer.from("x")), // prettier-ignore
  );
  expect(read).toMatchObject([{ status: 200, headers: { vary: "a,b" } }]);
  expect(read[0]?.headers).not.toHaveProperty("content-length");
});

describe("the process", () => {
  test("answers in the order of the calls, and a call that breaks it is a 500 and no end", async () => {
    const moto = await startMoto();
    try {
      const broken = ownCall(PLACE, "no-service-of-this-name", { target: "A.B", json: {} });
      const answers = await Promise.all([listQueues, broken, listQueues].map((call) => moto.send(call)));
      expect(answers.map(({ status }) => status)).toEqual([200, 500, 200]);
      expect(answers[1]?.body.toString()).toContain("Error");
    } finally {
      await moto.stop();
    }
  });

  test("that ends says so to who waits for it and to who asks later", async () => {
    const moto = await startMoto();
    process.kill(moto.pid, "SIGSTOP");
    const waiting = expect(moto.send(listQueues)).rejects.toThrow("moto ended");
    process.kill(moto.pid, "SIGKILL");
    await waiting;
    await expect(moto.send(listQueues)).rejects.toThrow("moto ended");
    await moto.stop();
  });
});
