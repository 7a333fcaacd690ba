import { codeOf } from "../clients.js";
import { seen, unknown, type Finding } from "../model.js";
import { probe } from "../probe.js";

export const judge = (first: string, again: { readonly id?: string; readonly code?: string }): Finding => {
  const what = "The create that repeats a deleted session's token";
  if (again.id === first) return seen("answers-old", `${what} got the deleted session's id.`);
  if (again.id !== undefined) return seen("creates", `${what} made a new session.`);
  return unknown(`${what} got ${again.code ?? "nothing"}.`);
};

export const tokenAfterDelete = probe("token-after-delete", async (stage) => {
  const { interfaceId } = await stage.unselected();
  const create = () => stage.session(interfaceId, 1004, stage.run);
  const first = await create();
  await stage.undo("session", first);
  const again = await create().then(
    (id) => ({ id }),
    (error: unknown) => ({ code: codeOf(error) }),
  );
  if ("id" in again) await stage.undo("session", again.id);
  return judge(first, again);
});
