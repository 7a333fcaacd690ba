import { codeOf } from "../clients.js";
import { makeEndpoint } from "../endpoints.js";
import { seen, unknown, type Finding } from "../model.js";
import { probe } from "../probe.js";

export const judge = (code: string | undefined): Finding => {
  const what = "A second endpoint of the service, in another subnet of the zone,";
  if (code === undefined) return seen("many", `${what} was made.`);
  return /Duplicate|Zone|Subnet/.test(code)
    ? seen("one", `${what} got ${code}.`)
    : unknown(`${what} got ${code}, which may have another cause.`);
};

export const endpointsPerZone = probe("endpoints-per-zone", async (stage) => {
  const second = await makeEndpoint(stage, stage.outputs.second_subnet).then(
    (id) => ({ id }),
    (error: unknown) => ({ code: codeOf(error) }),
  );
  if ("code" in second) return judge(second.code);
  await stage.undo("endpoint", second.id);
  return judge(undefined);
});
