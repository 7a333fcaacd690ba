/**
 * `<this program> <file> ... [--addresses <folder>]`: takes capture files apart by client, each into files beside it; what
 * addresses each of these holds goes into the folder, for the agent's index. With `--recover <folder>` it
 * puts in order what a run that was ended has left there. One at a time for a folder. Apart from the agent,
 * because it runs often and the agent's SDK takes longer to load than this takes for a file.
 */
import { dirname } from "node:path";
import { recover, splitFile } from "./files.js";

const words = process.argv.slice(2);
const option = words.indexOf("--addresses");
const [, addresses] = option < 0 ? [] : words.splice(option, 2);
const [first = "", ...more] = words;
if (first === "--recover") {
  for (const folder of more) recover(folder);
} else if (first !== "") {
  for (const folder of new Set([first, ...more].map(dirname))) recover(folder);
  for (const file of [first, ...more]) {
    try {
      await splitFile(file, addresses);
    } catch (error) {
      // The others are split all the same; this one stays as it is.
      process.exitCode = 1;
      process.stderr.write(
        `${file} is not split: ${error instanceof Error ? error.message : String(error)}\n`,
      );
    }
  }
}
