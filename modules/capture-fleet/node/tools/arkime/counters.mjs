/**
 * Asks Arkime for its counters by its command socket and writes them for the agent. Arkime brings a node of its own.
 *
 *   counters.mjs <socket> <file> <packets before> <drops before>
 */
import { renameSync, writeFileSync } from "node:fs";
import { connect } from "node:net";

const [socket, file, packetsBefore, dropsBefore] = process.argv.slice(2);
// The last line of the answer that is looked for (capture/packet.c); Arkime keeps the connection open.
const LAST = /^Packets Overload Dropped: (\d+)$/m;

/** Counts since its start. What the rings had no room for is among those received. */
function counts(text) {
  const number = (pattern) => {
    const found = pattern.exec(text);
    if (found === null) throw new Error(`no ${pattern.source} in the answer of packet-stats`);
    return Number(found[1]);
  };
  return {
    packets: Number(packetsBefore) + number(/^Packets Received: (\d+)$/m),
    // The second: taken from the ring, and then no thread had time for them.
    drops: Number(dropsBefore) + number(/^Packets Dropped: (\d+) /m) + number(LAST),
  };
}

const stream = connect(socket, () => stream.write("packet-stats\n"));
let text = "";
stream.setTimeout(5000, () => stream.destroy(new Error("no answer within 5 s")));
stream.on("error", (error) => {
  console.error(`Arkime's counters cannot be read: ${error.message}`);
  process.exitCode = 1;
});
stream.on("data", (chunk) => {
  text += chunk.toString();
  if (!LAST.test(text)) return;
  writeFileSync(`${file}.new`, `${JSON.stringify(counts(text))}\n`);
  renameSync(`${file}.new`, file);
  stream.end();
});
