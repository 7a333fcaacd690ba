import { ModifyVpcEndpointServiceConfigurationCommand } from "@aws-sdk/client-ec2";
import { refusal } from "../clients.js";
import { acceptedOrRefused } from "../judge.js";
import { unknown } from "../model.js";
import { probe } from "../probe.js";

const WAITING = "pendingacceptance";
const SETTLED = [WAITING, "available"];

export const targetBeforeAcceptance = probe("target-before-acceptance", async (stage) => {
  const ServiceId = stage.made("acceptance", stage.outputs.service.id);
  await stage.clients.ec2.send(
    new ModifyVpcEndpointServiceConfigurationCommand({ ServiceId, AcceptanceRequired: true }),
  );
  const { id } = await stage.endpoint(stage.emptySubnet);
  const ask = () => stage.endpointState(id);
  const { answer: state = "" } = await stage.until(
    "an endpoint to be connected or to wait",
    900,
    ask,
    (each) => SETTLED.includes(each ?? ""),
  );
  if (state !== WAITING) {
    await stage.endpointGone(id);
    await stage.undo("acceptance", ServiceId);
    return unknown(
      "The service accepted an endpoint of its own account by itself: it takes a client in another one.",
    );
  }
  let target: string | undefined;
  const code = await refusal(stage.mirrorTarget(id).then((made) => (target = made)));
  if (target !== undefined) await stage.undo("target", target);
  await stage.endpointGone(id);
  await stage.undo("acceptance", ServiceId);
  return acceptedOrRefused("A mirror target of an endpoint that waits for acceptance", code);
});
