import { refusal } from "../clients.js";
import { seen, unknown, type Finding } from "../model.js";
import { probe } from "../probe.js";

const KNOWN = ["InvalidParameterValue", "TrafficMirrorSessionNumberAlreadyInUse"];

export const judge = (code: string | undefined): Finding => {
  if (code === undefined) return unknown("A second session with the same number was accepted.");
  return KNOWN.includes(code)
    ? seen(code, `A second session with the same number got ${code}.`)
    : unknown(`A second session with the same number got ${code}, which is neither value of the switch.`);
};

export const sessionNumberTaken = probe("session-number-taken", async (stage) => {
  const { interfaceId } = await stage.unselected();
  const first = await stage.session(interfaceId, 1001);
  const code = await refusal(stage.session(interfaceId, 1001));
  await stage.undo("session", first);
  return judge(code);
});
