import { Ec2Fault } from "../fault.js";
import { createId } from "../random.js";
import { Timeline } from "../timeline.js";
import { checkTags, notFound } from "./checks.js";
import type { Context, Tags, Target, TargetDestination } from "./model.js";
import { Tokens } from "./tokens.js";

export interface TargetInput {
  destination: TargetDestination;
  description?: string | undefined;
  tags: Tags;
}

/** Mirror targets. The caller checks that the thing behind one exists. */
export class TargetStore {
  readonly targets: Timeline<Target>;
  readonly #tokens: Tokens<Target>;

  constructor(private readonly context: Context) {
    this.targets = new Timeline(context.now);
    this.#tokens = new Tokens(context.now);
  }

  get(id: string): Target {
    const found = this.targets.get(id);
    if (!found) throw notFound("target", id, this.context.switches);
    return found;
  }

  /** One of this account's, or one that another account shares with it. */
  usable(id: string): Target {
    return this.targets.get(id) ?? this.context.targetOfOthers(id) ?? this.get(id);
  }

  ofInterface(interfaceId: string): Target | undefined {
    return this.targets
      .values()
      .find((t) => t.destination.type === "network-interface" && t.destination.interfaceId === interfaceId);
  }

  ofEndpoint(endpointId: string): Target | undefined {
    return this.targets
      .values()
      .find(
        (t) =>
          t.destination.type === "gateway-load-balancer-endpoint" && t.destination.endpointId === endpointId,
      );
  }

  create(input: TargetInput, token?: string): Target {
    return this.#tokens.once({
      token,
      request: input,
      find: (id) => this.targets.get(id),
      make: () => {
        if (this.targets.size >= this.context.quotas().targets) {
          throw new Ec2Fault(
            "TrafficMirrorTargetLimitExceeded",
            "The limit of traffic mirror targets is reached",
          );
        }
        const target: Target = {
          id: createId("tmt", this.context.random),
          seq: this.context.nextSeq(),
          destination: input.destination,
          description: input.description,
          tags: checkTags(input.tags),
        };
        this.targets.set(target);
        return target;
      },
    });
  }

  /** `inUse`: whether a session names the target. */
  delete(id: string, inUse: boolean): void {
    this.get(id);
    if (inUse) throw new Ec2Fault("TrafficMirrorTargetInUse", `The traffic mirror target '${id}' is in use`);
    this.targets.delete(id);
  }
}
