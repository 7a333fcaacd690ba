import { createHash } from "node:crypto";
import { serviceError } from "../answers.js";
import type { PatchSet } from "./types.js";

export const s3ChecksumPatches = (): PatchSet => ({
  reset: () => undefined,
  patches: [
    {
      name: "object-checksum",
      why: "moto stores whatever checksum it is given; S3 compares it with what arrived and refuses another",
      match: (call) =>
        call.service === "s3" && call.method === "PUT" && call.headers["x-amz-checksum-sha256"] !== undefined,
      run(call, next) {
        const arrived = createHash("sha256").update(call.body).digest("base64");
        if (arrived === call.headers["x-amz-checksum-sha256"]) return next();
        const message = "The SHA256 you specified did not match the calculated checksum.";
        return Promise.resolve(serviceError(call, "BadDigest", message));
      },
    },
  ],
});
