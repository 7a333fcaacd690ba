/** AWS's own stand-in for the instance metadata service (amazon-ec2-metadata-mock, `make test-metadata` builds it). */
import { existsSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { root } from "../../scripts/lib/run.js";
import { spawnGroup, type GroupLeader } from "../../scripts/lib/process-group.js";

const BINARY = join(root, ".cache", "bin", "ec2-metadata-mock");
/** What the mock says of its instance. */
export const MOCK_INSTANCE = "i-1234567890abcdef0";
const NEVER = "3600";

export interface MetadataMock {
  readonly url: string;
  /** Starts, or starts again: on the same port, with other tokens. Seconds until what is to happen; else it does not. */
  start(happens?: { readonly terminated?: number; readonly spotNotice?: number }): Promise<void>;
  stop(): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = net.createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === "object" ? address.port : 0));
    });
  });

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

export const createMetadataMock = async (): Promise<MetadataMock> => {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is not there: make test-metadata builds it`);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: GroupLeader | undefined;

  const stop = async (): Promise<void> => {
    const running = child;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((resolve) => running.once("exit", resolve));
    running.kill("SIGKILL");
    await gone;
  };
  return {
    url,
    stop,
    async start({ terminated, spotNotice } = {}) {
      await stop();
      const seconds = (given: number | undefined): string => (given === undefined ? NEVER : String(given));
      child = spawnGroup(
        BINARY,
        // Version 2 alone, as the launch template asks for.
        [
          ...["--imdsv2", "--hostname", "127.0.0.1", "--port", String(port)],
          ...["--asg-termination-delay-sec", seconds(terminated), "--mock-delay-sec", seconds(spotNotice)],
        ],
        { env: { PATH: process.env["PATH"], HOME: "/nonexistent" } },
      );
      while (!(await answers(url))) await new Promise((resolve) => setTimeout(resolve, 50));
    },
  };
};
