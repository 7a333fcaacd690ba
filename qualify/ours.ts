/** Sessions of the run's controller. */
import type { TrafficMirrorSession } from "@aws-sdk/client-ec2";
import type { Stage } from "./stage.js";

export const MIRRORED = "Mirrored";
export const WATCHED = "Watched";

export const isOurs = (run: string, { Tags = [] }: Pick<TrafficMirrorSession, "Tags">): boolean =>
  Tags.some(({ Key, Value }) => Key === "traffic-mirror:controller" && Value === run);

export const oursOn = async (stage: Stage, interfaceId: string): Promise<readonly TrafficMirrorSession[]> =>
  (await stage.sessionsOn(interfaceId)).filter((each) => isOurs(stage.run, each));

/** Waits for the session of the controller's; gives it with the seconds that it took. */
export const mirrored = async (stage: Stage, interfaceId: string, seconds = 180) => {
  const ask = () => oursOn(stage, interfaceId);
  const found = await stage.until(`a session on ${interfaceId}`, seconds, ask, (all) => all.length === 1);
  return { session: found.answer[0]?.TrafficMirrorSessionId ?? "", seconds: found.seconds };
};

export const unmirrored = async (stage: Stage, interfaceId: string, seconds = 180): Promise<number> => {
  const ask = () => oursOn(stage, interfaceId);
  return (await stage.until(`no session on ${interfaceId}`, seconds, ask, (all) => all.length === 0)).seconds;
};
