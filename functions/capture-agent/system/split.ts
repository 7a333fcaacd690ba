/** The program that takes capture files apart by client, for what a stop of the tool has left whole. */
import { basename, join } from "node:path";
import { tagIn } from "../core/tags.js";
import type { SpoolFile } from "../core/spool.js";
import { runCommand } from "./commands.js";
import { donePath } from "./spool-files.js";

const SPLIT_SECONDS = 600;

/** Captures that nobody has taken apart; a log of a tool is none. */
export const isWhole = ({ path }: SpoolFile): boolean =>
  tagIn(path) === undefined && /\.pcap\d*(\.zst|\.gz)?$/.test(basename(path));

/** undefined, or why it stays as it is. */
export async function split(
  command: readonly string[],
  spool: string,
  file: SpoolFile,
): Promise<string | undefined> {
  const { ok, output } = await runCommand(
    [...command, donePath(spool, file.path), "--addresses", join(spool, "addresses")],
    SPLIT_SECONDS,
  );
  return ok ? undefined : output;
}
