import { DeleteTrafficMirrorSessionCommand } from "@aws-sdk/client-ec2";
import { refusal } from "../clients.js";
import { byPattern } from "../judge.js";
import { probe } from "../probe.js";
import { assume, makeOwnRole, permit } from "../roles.js";
import { OWN_TAG } from "../tags.js";

export const judge = (code: string | undefined) =>
  byPattern("Deleting a session that is gone, permitted by its tag alone,", code, {
    "not-found": /NotFound$/,
    unauthorized: /^UnauthorizedOperation$/,
  });

export const goneUnderTagCondition = probe("gone-under-tag-condition", async (stage) => {
  const role = `${stage.run}-tag`;
  const arn = await makeOwnRole(stage, role);
  await permit(stage, role, "by-tag", [
    {
      Effect: "Allow",
      Action: "ec2:DeleteTrafficMirrorSession",
      Resource: "*",
      Condition: { StringEquals: { [`aws:ResourceTag/${OWN_TAG}`]: stage.run } },
    },
  ]);
  const { ec2 } = await assume(stage, arn);
  const { interfaceId } = await stage.unselected();
  const TrafficMirrorSessionId = await stage.session(interfaceId, 1003);
  const remove = () => refusal(ec2.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId })));
  // That it may delete one that is there says that the permission has spread, and that the condition fits.
  await stage.until("the role to delete a session by its tag", 120, remove, (code) => code === undefined);
  const code = await remove();
  await stage.undo("session", TrafficMirrorSessionId);
  await stage.undo("role", role);
  return judge(code);
});
