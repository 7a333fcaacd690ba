import { refusal } from "../clients.js";
import { seen, type Finding } from "../model.js";
import { probe } from "../probe.js";

/** T2 is in no list of the Traffic Mirroring guide, and is to be had in most regions. */
const TYPE = "t2.nano";

export const judge = (code: string | undefined): Finding =>
  code === undefined
    ? seen("accepted", `A session on the interface of a ${TYPE} was accepted.`)
    : seen(code, `A session on the interface of a ${TYPE} got ${code}.`);

export const refusedType = probe("refused-type", async (stage) => {
  const { instanceId, interfaceId } = await stage.launch(TYPE);
  await stage.inState(instanceId, "running");
  const code = await refusal(stage.session(interfaceId));
  await stage.undo("instance", instanceId);
  return judge(code);
});
