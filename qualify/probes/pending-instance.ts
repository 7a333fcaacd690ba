import { refusal } from "../clients.js";
import { acceptedOrRefused } from "../judge.js";
import { unknown, type Finding } from "../model.js";
import { probe } from "../probe.js";

export interface Try {
  readonly code: string | undefined;
  /** Of the instance, read after the call was answered: before it, it was this or earlier. */
  readonly state: string | undefined;
}

/** EC2 may not know the interface of a moment ago yet ("eventual consistency"), which is no answer. */
export const isEarly = ({ code }: Try): boolean => code?.endsWith(".NotFound") === true;

export const judge = (tries: readonly Try[]): Finding => {
  const last = tries.findLast((each) => each.state === "pending" && !isEarly(each));
  return last === undefined
    ? unknown("The instance was running before EC2 answered.")
    : acceptedOrRefused("A session on the interface of a pending instance", last.code);
};

export const pendingInstance = probe("pending-instance", async (stage) => {
  await stage.filter();
  const { instanceId, interfaceId } = await stage.launch();
  const tries: Try[] = [];
  do {
    const code = await refusal(stage.session(interfaceId));
    tries.push({ code, state: (await stage.instance(instanceId))?.State?.Name });
  } while (tries.at(-1)?.state === "pending" && isEarly(tries.at(-1) ?? { code: "", state: "" }));
  await stage.undo("instance", instanceId);
  return judge(tries);
});
