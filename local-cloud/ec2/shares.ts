/**
 * Mirror targets that one account shares with others through Resource Access Manager ("Cross-account traffic mirror
 * targets", Traffic Mirroring guide): they are listed where they are shared with, with their owner's id, and the
 * sessions that are made there are listed for the target's owner as well, with the id of whoever made them.
 */
import type { Cloud } from "../types.js";
import type { Where } from "./moto-view.js";
import type { TrafficMirrorStore } from "./store/index.js";
import type { Session, Tags, Target } from "./store/model.js";

/** An item as one account sees it; `owner` is another account, where it is not that one. */
export type Seen<T> = T & { readonly owner?: string };

export interface Share extends Where {
  readonly targetId: string;
  readonly with: readonly string[];
}

interface Place extends Where {
  readonly mirror: TrafficMirrorStore;
}

export class TargetShares {
  #shares: readonly Share[] = [];

  constructor(
    private readonly places: () => Iterable<Place>,
    private readonly switches: Cloud["switches"],
  ) {}

  /** All shares that there are from now on. */
  set(shares: readonly Share[]): void {
    this.#shares = shares;
  }

  /** Targets that others share with an account, as they stood at a time. */
  targetsFor(at: Where, time = Number.POSITIVE_INFINITY): Seen<Target>[] {
    return this.#shares
      .filter((share) => share.region === at.region && share.with.includes(at.account))
      .flatMap((share) => {
        const target = this.#at(share)?.mirror.targets.targets.getAsOf(share.targetId, time);
        return target ? this.#seen(target, share.account) : [];
      });
  }

  /** Sessions that others made on an account's targets. One made before the share ended goes on. */
  sessionsFor(at: Where, time = Number.POSITIVE_INFINITY): Seen<Session>[] {
    const mine = this.#at(at)?.mirror.targets.targets;
    if (this.#shares.length === 0 || mine === undefined) return [];
    return [...this.places()]
      .filter((place) => place.region === at.region && place.account !== at.account)
      .flatMap((place) =>
        place.mirror.sessions.sessions
          .asOf(time)
          .filter(({ targetId }) => mine.get(targetId) !== undefined)
          .map((session) => this.#seen(session, place.account)),
      );
  }

  #at({ account, region }: Where): Place | undefined {
    return [...this.places()].find((place) => place.account === account && place.region === region);
  }

  #seen<T extends { readonly tags: Tags }>(item: T, owner: string): Seen<T> {
    const tags = this.switches.get("tags-of-others") === "shown" ? item.tags : {};
    return { ...item, tags, owner };
  }
}

/** Both in the order of their making, by which pages are cut. */
export const together = <T extends { readonly seq: number }>(
  own: readonly T[],
  others: readonly T[],
): readonly T[] => (others.length === 0 ? own : [...own, ...others].sort((a, b) => a.seq - b.seq));
