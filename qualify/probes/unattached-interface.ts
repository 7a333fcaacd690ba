import { refusal } from "../clients.js";
import { acceptedOrRefused } from "../judge.js";
import { probe } from "../probe.js";

export const unattachedInterface = probe("unattached-interface", async (stage) => {
  const interfaceId = await stage.interface();
  const code = await refusal(stage.session(interfaceId));
  await stage.undo("interface", interfaceId);
  return acceptedOrRefused("A session on an interface that is attached to nothing", code);
});
