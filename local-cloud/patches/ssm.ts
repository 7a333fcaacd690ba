import { jsonBody, serviceError } from "../answers.js";
import { is, type PatchSet } from "./types.js";

/** "DeleteParameters" of the Systems Manager API reference. */
const MAXIMUM_NAMES = 10;

export const ssmPatches = (): PatchSet => ({
  reset: () => undefined,
  patches: [
    {
      name: "delete-parameters",
      why: "moto deletes any number of parameters at once",
      match: is("ssm", "DeleteParameters"),
      run(call, next) {
        const names = jsonBody<{ Names: string[] }>(call).Names ?? [];
        if (names.length >= 1 && names.length <= MAXIMUM_NAMES) return next();
        const message =
          "1 validation error detected: Value at 'names' failed to satisfy constraint: " +
          `Member must have length between 1 and ${MAXIMUM_NAMES}`;
        return Promise.resolve(serviceError(call, "ValidationException", message));
      },
    },
  ],
});
