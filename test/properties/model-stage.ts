/** The model in memory as a stage: thousands of histories in a minute, each the same whenever it is played. */
import { createSwitches } from "../../local-cloud/switches.js";
import { createEc2Model, type NewSession } from "../model/ec2-model.js";
import { noFaults, type Fault } from "../model/faults.js";
import { fakeEc2, fakeLoadBalancing } from "./fake-clients.js";
import { switchesOf, type FaultPlan, type History } from "./history.js";
import type { Stage, Truth } from "./stage.js";
import type { Turns } from "./turns.js";

/** How often the SDK tries what failed on the way. */
const ATTEMPTS = 2;

export function createModelStage(history: History, turns: Turns): Stage {
  const switches = createSwitches();
  for (const [name, value] of Object.entries(switchesOf(history))) switches.set(name, value);
  const model = createEc2Model({ quotas: { sessions: history.quota }, switches, turn: () => turns.take() });
  const byCall = new Map(history.faults.map((fault) => [fault.at, faultOf(fault)]));
  const pages = new Map<string, number>();
  let acting = false;
  let lacksSessions = false;
  let partial = 0;
  /** Which items of the next page of this call are missing. */
  const isMissing = (action: string): ((index: number) => boolean) => {
    if (lacksSessions && action === "DescribeTrafficMirrorSessions") {
      lacksSessions = false;
      return () => true;
    }
    const now = pages.get(action) ?? 0;
    if (acting) pages.set(action, now + 1);
    const struck = history.partial.find(
      (each) => each.of === action && now >= each.at && now < each.at + each.pages,
    );
    const missing = (acting && struck?.missing) || 0;
    if (missing > 0) partial += 1;
    return (index) => ((missing >> (index % 8)) & 1) === 1;
  };
  const truth = (): Truth => ({ interfaces: model.world.interfaces(), sessions: model.world.sessions() });
  return {
    account: "111122223333",
    world: model.world,
    services: {
      ours: "com.amazonaws.vpce.eu-west-1.vpce-svc-0aaa",
      foreign: "com.amazonaws.vpce.eu-west-1.vpce-svc-0bad",
    },
    clients: (onCall, watch) => {
      const api = new Proxy(model.api, {
        get: (target, name, receiver) => {
          onCall();
          if (name === "deleteSession") {
            return (id: string) => {
              watch.remove(id, truth());
              return target.deleteSession(id);
            };
          }
          if (name === "createSession") {
            return (session: NewSession) => {
              watch.create(session, truth());
              return target.createSession(session);
            };
          }
          return Reflect.get(target, name, receiver) as unknown;
        },
      });
      return { ec2: fakeEc2(api, ATTEMPTS, isMissing), loadBalancing: fakeLoadBalancing() };
    },
    truth,
    lacking: async (act) => {
      lacksSessions = true;
      await act();
      lacksSessions = false;
    },
    acting: (_, act) => act(),
    withFaults: async (_, act) => {
      model.setFaults(({ index }) => byCall.get(index));
      acting = true;
      await act();
      acting = false;
      model.setFaults(noFaults);
    },
    writes: model.writes,
    get faultsSeen() {
      return new Map([...model.faultsSeen, ...(partial > 0 ? ([["partial", partial]] as const) : [])]);
    },
  };
}

function faultOf({ kind, changes }: FaultPlan): Fault {
  return kind === "stale" ? { kind, ticks: changes } : { kind };
}
