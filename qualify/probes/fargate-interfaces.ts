import { refusal } from "../clients.js";
import { acceptedOrRefused } from "../judge.js";
import { unproven } from "../model.js";
import { probe } from "../probe.js";

export const fargateInterfaces = probe("fargate-interfaces", async (stage) => {
  const { fargateInterface } = stage.extras;
  if (fargateInterface === undefined) {
    return unproven("FARGATE_INTERFACE did not name the interface of a Fargate task.");
  }
  let session: string | undefined;
  const code = await refusal(stage.session(fargateInterface).then((id) => (session = id)));
  if (session !== undefined) await stage.undo("session", session);
  return acceptedOrRefused("A session on the interface of a Fargate task", code);
});
