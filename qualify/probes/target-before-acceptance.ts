/**
 * In the second account, where one is given: whether a service with acceptance lets an endpoint of its own account wait is
 * a question of its own.
 */
import { ModifyVpcEndpointServiceConfigurationCommand } from "@aws-sdk/client-ec2";
import { endpointState, refusal } from "../clients.js";
import { endpointGone, makeEndpoint, makeTarget } from "../endpoints.js";
import { acceptedOrRefused } from "../judge.js";
import { unknown, type Finding } from "../model.js";
import { probe } from "../probe.js";
import { inSecondAccount } from "../second.js";
import type { Stage } from "../stage.js";

const WAITING = "pendingacceptance";
const SETTLED = [WAITING, "available"];

/** `stage`: of the account that asks for an endpoint. */
const ask = async (stage: Stage): Promise<Finding> => {
  const id = await makeEndpoint(stage, stage.emptySubnet);
  const { answer: state = "" } = await stage.until(
    "an endpoint to be connected or to wait",
    900,
    () => endpointState(stage.clients, id),
    (each) => SETTLED.includes(each ?? ""),
  );
  let finding = unknown(
    "The service accepted an endpoint of its own account by itself: it takes a client in another one (SECOND_PROFILE).",
  );
  if (state === WAITING) {
    let target: string | undefined;
    const code = await refusal(makeTarget(stage, id).then((made) => (target = made)));
    if (target !== undefined) await stage.undo("target", target);
    finding = acceptedOrRefused("A mirror target of an endpoint that waits for acceptance", code);
  }
  await endpointGone(stage, id);
  return finding;
};

export const targetBeforeAcceptance = probe("target-before-acceptance", async (stage) => {
  const ServiceId = stage.made("acceptance", stage.outputs.service.id);
  await stage.clients.ec2.send(
    new ModifyVpcEndpointServiceConfigurationCommand({ ServiceId, AcceptanceRequired: true }),
  );
  try {
    return await (stage.second === undefined ? ask(stage) : inSecondAccount(stage, stage.second, ask));
  } finally {
    // Whatever came of it: the zone that is added later asks the service for an endpoint.
    await stage.undo("acceptance", ServiceId);
  }
});
