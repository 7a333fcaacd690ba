/** What people and services do to the account; refusals of EC2 (a number taken, a full interface) are no matter. */
import { changed, contentsOf } from "./filters.js";
import { isOurs, isRobbed } from "./oracle.js";
import type { Step } from "./history.js";
import { CONTROLLER, PLACES, type PolicyChoice, type Setting } from "./setting.js";
import type { Stage } from "./stage.js";

/** false when the step is none of the world's. */
export async function change(
  stage: Stage,
  setting: Setting,
  step: Step,
  choice: PolicyChoice,
): Promise<boolean> {
  try {
    return await apply(stage, setting, step, choice);
  } catch {
    return true; // EC2 refused it to whoever tried
  }
}

async function apply(
  { world, truth }: Stage,
  setting: Setting,
  step: Step,
  choice: PolicyChoice,
): Promise<boolean> {
  const { interfaces, sessions } = await truth();
  const picked = <T>(list: readonly T[], pick: number): T | undefined =>
    list[pick % Math.max(1, list.length)];
  const ours = sessions.filter(isOurs);
  switch (step.do) {
    case "launch":
      await world.launch({
        ...(PLACES[step.place] ?? PLACES[0]),
        type: step.type,
        state: step.pending ? "pending" : "running",
        tags: tagsOf(step.tag),
        interfaces: Array.from({ length: step.interfaces }, () => ({ deleteOnTermination: !step.keep })),
      });
      return true;
    case "state": {
      const id = picked(interfaces, step.pick)?.instance?.id;
      if (id !== undefined) await world.setState(id, step.state);
      return true;
    }
    case "tag": {
      const id = picked(interfaces, step.pick)?.instance?.id;
      if (id !== undefined) await world.setInstanceTags(id, tagsOf(step.tag));
      return true;
    }
    case "detach": {
      const each = picked(interfaces, step.pick);
      if (each && each.deviceIndex !== 0) await world.detach(each.id);
      return true;
    }
    case "attach": {
      const free = picked(
        interfaces.filter((each) => !each.instance),
        step.pick,
      );
      const host = picked(
        interfaces.filter((each) => each.instance?.state === "running"),
        step.pick,
      );
      if (free && host?.instance && host.zone === free.zone && host.vpcId === free.vpcId)
        await world.attach(free.id, host.instance.id);
      return true;
    }
    case "foreign-create": {
      const each = picked(interfaces, step.pick);
      if (each) {
        const session = {
          interfaceId: each.id,
          targetId: setting.otherTarget,
          filterId: setting.otherFilterId,
        };
        await world.createSession({ ...session, number: step.number, tags: { owner: "somebody" } });
      }
      return true;
    }
    case "foreign-delete": {
      const id = picked(
        sessions.filter((session) => !isOurs(session)),
        step.pick,
      )?.id;
      if (id !== undefined) await world.deleteSession(id);
      return true;
    }
    case "tamper-delete": {
      const id = picked(ours, step.pick)?.id;
      if (id !== undefined) await world.deleteSession(id);
      return true;
    }
    case "tamper-modify": {
      const session = picked(ours, step.pick);
      const how = {
        trap: { targetId: setting.trap },
        filter: { filterId: setting.otherFilterId },
        number: { number: 9 },
      };
      if (session) await world.modifySession(session.id, how[step.how]);
      return true;
    }
    case "duplicate": {
      const session = picked(ours, step.pick);
      if (session) {
        const { id: _id, number, ...rest } = session;
        await world.createSession({ ...rest, number: number + 1 });
      }
      return true;
    }
    case "tag-theft": {
      const id = picked(ours, step.pick)?.id;
      if (id !== undefined) await world.setSessionTags(id, {});
      return true;
    }
    case "tag-gift": {
      const theirs = sessions.filter((session) => !isOurs(session) && !isRobbed(session));
      const id = picked(theirs, step.pick)?.id;
      const gift = { "traffic-mirror:controller": CONTROLLER, "traffic-mirror:rule": "everything" };
      if (id !== undefined) await world.setSessionTags(id, gift);
      return true;
    }
    case "filter":
      await world.setFilter(
        step.other ? setting.otherFilterId : setting.filterId,
        changed(contentsOf(choice), step.how),
      );
      return true;
    default:
      return false;
  }
}

function tagsOf(tag: string): Record<string, string> {
  if (tag === "batch") return { "aws:autoscaling:groupName": "batch" };
  return tag === "none" ? {} : { Mirror: tag };
}
