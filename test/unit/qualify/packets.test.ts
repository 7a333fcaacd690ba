import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
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
