import { readFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { findingAbout } from "../../../qualify/cases/finding.js";
import { count, marker, sending } from "../../../qualify/cases/packets.js";

test("what an instance sends holds the words that are looked for", async () => {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  // The discard port itself is not to be had here.
  const script = sending("qualify-abc", "127.0.0.1").replace("/9;", `/${socket.address().port};`);
  const sender = spawn("bash", ["-c", script], { detached: true, stdio: "ignore" });
  const [packet] = (await once(socket, "message")) as [Buffer];
  process.kill(-(sender.pid ?? 0), "SIGKILL");
  socket.close();
  expect(count(packet, marker("qualify-abc"))).toBe(1);
});

test.each([
  ["none", "", 0],
  ["one between other bytes", "\0\0qualify-abc-packet\n\0", 1],
  ["three", "qualify-abc-packet\nqualify-abc-packet\n\0qualify-abc-packet\n", 3],
  ["another run's", "qualify-def-packet", 0],
])("%s", (_, text, found) => {
  expect(count(Buffer.from(text), marker("qualify-abc"))).toBe(found);
});

test("the sample of a finding is about what was launched, and of now", () => {
  const sample = readFileSync(
    new URL("../../fixtures/events/guardduty-finding.json", import.meta.url),
    "utf8",
  );
  const about = {
    instanceId: "i-0aaa",
    interfaceId: "eni-0aaa",
    account: "222222222222",
    region: "us-east-1",
    time: "2027-01-01T00:00:00Z",
  };
  const text = findingAbout(sample, about);
  expect(JSON.parse(text)).toMatchObject({
    account: "222222222222",
    time: about.time,
    "detail-type": "GuardDuty Finding",
  });
  expect(text.match(/"eni-[^"]+"/g)).toEqual(['"eni-0aaa"']);
  expect(text.match(/"i-[^"]+"/g)).toEqual(['"i-0aaa"']);
});
