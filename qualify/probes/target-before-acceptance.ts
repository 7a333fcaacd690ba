import { ModifyVpcEndpointServiceConfigurationCommand } from "@aws-sdk/client-ec2";
import { refusal } from "../clients.js";
import { acceptedOrRefused } from "../judge.js";
import { probe } from "../probe.js";

export const targetBeforeAcceptance = probe("target-before-acceptance", async (stage) => {
  const ServiceId = stage.made("acceptance", stage.outputs.service.id);
  await stage.clients.ec2.send(
    new ModifyVpcEndpointServiceConfigurationCommand({ ServiceId, AcceptanceRequired: true }),
  );
  const { id } = await stage.endpoint(stage.emptySubnet);
  const ask = () => stage.endpointState(id);
  await stage.until("an endpoint to wait for acceptance", 300, ask, (state) =>
    /^pendingacceptance$/i.test(state ?? ""),
  );
  let target: string | undefined;
  const code = await refusal(stage.mirrorTarget(id).then((made) => (target = made)));
  if (target !== undefined) await stage.undo("target", target);
  await stage.endpointGone(id);
  await stage.undo("acceptance", ServiceId);
  return acceptedOrRefused("A mirror target of an endpoint that waits for acceptance", code);
});
