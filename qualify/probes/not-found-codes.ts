import { DeleteTrafficMirrorSessionCommand } from "@aws-sdk/client-ec2";
import { refusal } from "../clients.js";
import { byPattern } from "../judge.js";
import { probe } from "../probe.js";

export const judge = (code: string | undefined) =>
  byPattern("Deleting a session a second time", code, {
    "invalid-id": /^InvalidTrafficMirrorSessionId\.NotFound$/,
    older: /^TrafficMirrorSessionNotFound$/,
  });

export const notFoundCodes = probe("not-found-codes", async (stage) => {
  const { interfaceId } = await stage.unselected();
  const id = await stage.session(interfaceId, 1002);
  await stage.undo("session", id);
  const again = new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: id });
  return judge(await refusal(stage.clients.ec2.send(again)));
});
