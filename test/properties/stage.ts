/**
 * Where a history plays: the model in memory, or the local cloud over HTTP. Either is EC2 to the program, and a world
 * to everybody else, whose changes take effect at once and meet no fault.
 */
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { ModelInterface, ModelSession } from "../model/shapes.js";
import type { World } from "../model/world.js";

type Promisable<T> = T | Promise<T>;

/** The model's world as it is, or the same words with an answer that takes its time. */
type Slow<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promisable<R> : never;
};

export type StageWorld = Slow<
  Pick<
    World,
    | "launch"
    | "setState"
    | "attach"
    | "detach"
    | "setInstanceTags"
    | "addFilter"
    | "setFilter"
    | "addEndpointTarget"
    | "createSession"
    | "modifySession"
    | "deleteSession"
    | "setSessionTags"
  >
>;

/** As no caller sees it: nothing is late and nothing is hidden. */
export interface Truth {
  readonly interfaces: readonly ModelInterface[];
  readonly sessions: readonly ModelSession[];
}

export interface Write {
  readonly method: string;
  /** Of the session. */
  readonly id: string;
}

export interface AskedFor {
  readonly interfaceId?: string | undefined;
  readonly targetId?: string | undefined;
}

/** Looks at a write before it is made. */
export interface Watch {
  remove(id: string, truth: Truth): void;
  create(session: AskedFor, truth: Truth): void;
}

export interface Stage {
  /** Id of the program's account. */
  readonly account: string;
  readonly world: StageWorld;
  /** Names of endpoint services: the policy's, and somebody else's. */
  readonly services: { readonly ours: string; readonly foreign: string };
  /** What the program under test gets. `onCall` hears of each call before it is made. */
  clients(
    onCall: () => void,
    watch: Watch,
  ): {
    readonly ec2: EC2Client;
    readonly loadBalancing: ElasticLoadBalancingV2Client;
  };
  truth(): Promisable<Truth>;
  /** Around each act of the program, which begins at `truth`: its writes are judged by that. */
  acting(truth: Truth, act: () => Promise<void>): Promise<void>;
  /** During `act` the first list of sessions is empty, where the stage can show that. */
  lacking(act: () => Promise<void>): Promise<void>;
  /** As `acting`, and the faults of the history strike its calls. */
  withFaults(truth: Truth, act: () => Promise<void>): Promise<void>;
  /** Writes of the program so far that took effect, whatever answer it got. */
  readonly writes: readonly Write[];
  readonly faultsSeen: ReadonlyMap<string, number>;
}
