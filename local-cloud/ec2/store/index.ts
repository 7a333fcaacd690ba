import { notFound } from "./checks.js";
import { FilterStore } from "./filters.js";
import type { Context, Tags } from "./model.js";
import { SessionStore } from "./sessions.js";
import { TargetStore } from "./targets.js";
import { checkTags } from "./checks.js";

export type TaggedType =
  "traffic-mirror-session" | "traffic-mirror-filter" | "traffic-mirror-filter-rule" | "traffic-mirror-target";

export interface Tagged {
  readonly id: string;
  readonly type: TaggedType;
  readonly tags: Tags;
}

/** Everything that Traffic Mirroring keeps in one account and region. */
export class TrafficMirrorStore {
  readonly filters: FilterStore;
  readonly targets: TargetStore;
  readonly sessions: SessionStore;

  constructor(private readonly context: Context) {
    this.filters = new FilterStore(context);
    this.targets = new TargetStore(context);
    this.sessions = new SessionStore(context, this.filters, this.targets);
  }

  /** Of which type an id is, by its prefix. */
  static typeOf(id: string): TaggedType | undefined {
    const prefix = /^(tmfr|tmf|tmt|tms)-[0-9a-f]+$/.exec(id)?.[1];
    const types: Record<string, TaggedType> = {
      tmfr: "traffic-mirror-filter-rule",
      tmf: "traffic-mirror-filter",
      tmt: "traffic-mirror-target",
      tms: "traffic-mirror-session",
    };
    return prefix === undefined ? undefined : types[prefix];
  }

  tagsOf(id: string): Tags {
    switch (TrafficMirrorStore.typeOf(id)) {
      case "traffic-mirror-session":
        return this.sessions.get(id).tags;
      case "traffic-mirror-filter":
        return this.filters.get(id).tags;
      case "traffic-mirror-filter-rule":
        return this.filters.getRule(id).tags;
      case "traffic-mirror-target":
        return this.targets.usable(id).tags;
      case undefined:
        throw notFound("session", id, this.context.switches);
    }
  }

  setTags(id: string, tags: Tags): void {
    checkTags(tags);
    switch (TrafficMirrorStore.typeOf(id)) {
      case "traffic-mirror-session":
        this.sessions.setTags(id, tags);
        return;
      case "traffic-mirror-filter":
        this.filters.filters.set({ ...this.filters.get(id), tags });
        return;
      case "traffic-mirror-filter-rule":
        this.filters.rules.set({ ...this.filters.getRule(id), tags });
        return;
      case "traffic-mirror-target":
        this.targets.targets.set({ ...this.targets.get(id), tags });
        return;
      case undefined:
        throw notFound("session", id, this.context.switches);
    }
  }

  tagged(): Tagged[] {
    const of = (type: TaggedType, all: readonly { id: string; tags: Tags }[]): Tagged[] =>
      all.map(({ id, tags }) => ({ id, type, tags }));
    return [
      ...of("traffic-mirror-session", this.sessions.sessions.values()),
      ...of("traffic-mirror-filter", this.filters.filters.values()),
      ...of("traffic-mirror-filter-rule", this.filters.rules.values()),
      ...of("traffic-mirror-target", this.targets.targets.values()),
    ];
  }
}
