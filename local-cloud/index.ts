/** The local cloud: moto and what it lacks, behind one endpoint that Terraform, SDKs and bundles can use. */
import { DEFAULT_ACCOUNT, DEFAULT_REGION } from "./call.js";
import { createParts } from "./cloud.js";
import { control } from "./control.js";
import { LocalCloudClient } from "./client.js";
import { startFront } from "./server.js";

export { LocalCloudClient } from "./client.js";

export interface LocalCloudOptions {
  /** Port of the front; a free one when left out. */
  readonly port?: number;
  /** Python interpreter with moto; the PATH's, else a virtual environment under .cache, when left out. */
  readonly python?: string;
  /** File that receives a JSON line per call. */
  readonly logFile?: string;
  /** Receives the few sentences worth showing to a person. */
  readonly log?: (line: string) => void;
}

export interface LocalCloud extends LocalCloudClient {
  /** Ends moto and every function process; resolves when all are gone. */
  stop(): Promise<void>;
}

/** Starts a local cloud inside this process. `stop` it, or its children end when this process does. */
export const startLocalCloud = async (options: LocalCloudOptions = {}): Promise<LocalCloud> => {
  let url = "";
  const parts = await createParts({ ...options, endpoint: () => url });
  try {
    const front = await startFront({
      ...(options.port === undefined ? {} : { port: options.port }),
      ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
      keys: parts.keys,
      answer: (call, touched) => parts.answer(call, touched),
      control: (method, path, body) => control(parts, method, path, body),
      failed: (request, fault) =>
        parts.gaps.push({ service: "front", action: request, status: 500, message: fault }),
    });
    url = `http://127.0.0.1:${front.port}`;
    let stopping: Promise<void> | undefined;
    const stop = (): Promise<void> =>
      (stopping ??= (async () => {
        await parts.stop();
        await front.stop();
      })());
    return Object.assign(new LocalCloudClient(url), { stop });
  } catch (error) {
    await parts.stop();
    throw error;
  }
};

export { DEFAULT_ACCOUNT, DEFAULT_REGION };
