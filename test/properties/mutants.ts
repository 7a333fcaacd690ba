/** Bugs planted on purpose, each in one place of the functions: the properties must catch every one. */

export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface Mutant extends Edit {
  readonly name: string;
  /** Which property is to catch it; that of sessions, where nothing is said. */
  readonly property?: "endpoints";
  /** Where the usual one meets it in none of its histories. */
  readonly seed?: number;
  /** Where one place alone does no harm: what it is good for, the test of the other shows. */
  readonly also?: Edit;
}

export const mutants: readonly Mutant[] = [
  {
    name: "ownership ignored: other people's sessions are taken for ours",
    file: "functions/core/sessions/ownership.ts",
    find: '? "unproven" : "foreign";',
    replace: '? "unproven" : "ours";',
  },
  {
    name: "a tag is proof enough",
    file: "functions/core/sessions/ownership.ts",
    find: 'if (proof?.controller === nameInDescription(controller)) return tagged ? "ours" : "lost";',
    replace:
      'if (tagged) return "ours"; if (proof?.controller === nameInDescription(controller)) return "lost";',
  },
  {
    name: "a session that lost its tag is doubled",
    file: "functions/core/sessions/cover.ts",
    find: 'if (ownershipOf(session, context.controller) !== "lost") return false;',
    replace: "return false;",
  },
  {
    name: "no paging: only the first page of a listing is read",
    file: "functions/aws/pages.ts",
    find: "token = page.next;",
    replace: "token = undefined;",
  },
  {
    name: "delete from a partial listing: what a failed page did not show is taken for detached",
    file: "functions/aws/pages.ts",
    find: "const page = await read(token);",
    replace: "let page; try { page = await read(token); } catch { return found; }",
    also: {
      file: "functions/aws/sessions/observer.ts",
      find: "for (const source of found) if (!sources.has(source.id)) sources.set(source.id, source);",
      replace: `for (const id of strays) {
        const vpcId = policy.vpcs[0]?.vpc_id ?? "";
        sources.set(id, { id, vpcId, subnetId: "", zone: "", type: "interface", addresses: ["10.0.0.1"], description: "" });
      }`,
    },
  },
  {
    name: "wrong zone",
    file: "functions/core/sessions/target.ts",
    find: "zone === source.zone",
    replace: "zone !== source.zone",
  },
  {
    name: "any target with our tags is trusted",
    file: "functions/core/sessions/target.ts",
    find: "const trusted = candidates.filter(({ target }) => isTrusted(target, vpc));",
    replace: "const trusted = candidates;",
  },
  {
    name: "cross-zone although it is switched off",
    file: "functions/core/sessions/target.ts",
    find: "options.allow_cross_zone ?",
    replace: "true ?",
  },
  {
    name: "surplus sessions of ours stay",
    file: "functions/core/sessions/cover.ts",
    find: "const [kept, ...surplus] = ours;",
    replace: "const [kept] = ours; const surplus: Session[] = [];",
  },
  {
    name: "session numbers of others are not stepped around",
    file: "functions/core/sessions/desired.ts",
    find: "while (taken.has(number))",
    replace: "while (false)",
  },
  {
    name: "a changed filter is not noticed",
    file: "functions/core/sessions/desired.ts",
    find: "...(kept.filterId !== desired.filterId && { filterId: desired.filterId }),",
    replace: "",
  },
  {
    name: "the VNI is set again in every sweep",
    file: "functions/core/sessions/desired.ts",
    find: "desired.vni !== undefined && kept.vni !== desired.vni",
    replace: "desired.vni !== undefined",
  },
  {
    name: "sessions of stopped instances stay",
    file: "functions/core/sessions/plan.ts",
    find: 'if (state === "stopped")',
    replace: "if (false)",
  },
  {
    name: "sessions on detached interfaces stay",
    file: "functions/aws/sessions/observer.ts",
    find: "if (strays.length > 0)",
    replace: "if (false)",
  },
  {
    name: "excludes are ignored",
    file: "functions/core/sessions/selection.ts",
    find: "if (excluded !== undefined)",
    replace: "if (false)",
  },
  {
    name: "sweeps never remove what the policy no longer selects",
    file: "functions/core/sessions/reconcile.ts",
    find: "contextOf(run, observation, open, claims !== null)",
    replace: "contextOf(run, observation, open, false)",
  },
  {
    name: "only the first interface of an instance",
    file: "functions/aws/shapes.ts",
    find: "(described.NetworkInterfaces ?? [])",
    replace: "(described.NetworkInterfaces ?? []).slice(0, 1)",
  },
  {
    name: "only the first instance of a reservation",
    file: "functions/aws/read.ts",
    find: "flatMap(({ Instances = [] }) => Instances)",
    replace: "flatMap(({ Instances = [] }) => Instances.slice(0, 1))",
  },
  {
    name: "a packet length that the policy dropped is never taken away",
    file: "functions/aws/sessions/writer.ts",
    find: '{ RemoveFields: ["packet-length" as const] }',
    replace: "{}",
  },
  {
    name: "refused once means refused until the hour is over, whatever changes",
    file: "functions/core/sessions/refusals.ts",
    find: "last?.facts !== plan.facts ||",
    replace: "last === undefined ||",
  },
  {
    name: "partial answers: an interface whose instance an answer lacks is on none",
    file: "functions/core/sessions/plan.ts",
    find: 'if (source.attachment === "not-seen" && loop === undefined) return notSeen(situation);',
    replace: 'if (source.attachment === "not-seen") return unselected(situation, "detached", false);',
  },
  {
    name: "partial answers: an interface without its instance has no tags",
    seed: 11,
    file: "functions/core/sessions/plan.ts",
    find: 'if (source.attachment === "not-seen" && loop === undefined) return notSeen(situation);',
    replace: "",
  },
  {
    name: "partial answers: a target or endpoint that an answer lacks is gone",
    file: "functions/core/sessions/target.ts",
    find: 'if (reason === "target-not-seen" || reason === "target-unavailable") return true;',
    replace: 'if (reason === "target-not-seen" || reason === "target-unavailable") return false;',
  },
  {
    name: "partial answers: the drain trusts one empty list",
    file: "functions/core/sessions/drain.ts",
    find: "(isEmpty && wasEmpty)",
    replace: "isEmpty",
  },
  {
    property: "endpoints",
    name: "endpoints: a removal needs no second look",
    file: "functions/core/endpoints/removals.ts",
    find: "!isRemoval(action) || before.has(action.id)",
    replace: "!isRemoval(action) || before.has(action.id) || true",
  },
  {
    property: "endpoints",
    name: "endpoints: what a list lacks is gone",
    file: "functions/core/endpoints/plan.ts",
    find: "const gone = new Set([...draft.observation.gone, ...dying]);",
    replace: `const listed = new Set(draft.observation.endpoints.map(({ id }) => id));
  const missing = draft.observation.targets.flatMap((each) => listed.has(each.endpointId) ? [] : each.endpointId);
  const gone = new Set([...missing, ...dying]);`,
    // A second look would hide it where the list is whole again.
    also: {
      file: "functions/core/endpoints/removals.ts",
      find: "before.has(action.id)",
      replace: 'before.has(action.id) || ("reason" in action && action.reason === "endpoint-gone")',
    },
  },
  {
    property: "endpoints",
    name: "endpoints: the drain trusts one empty list",
    file: "functions/core/endpoints/drain.ts",
    find: "(isEmpty && wasEmpty)",
    replace: "isEmpty",
  },
  {
    property: "endpoints",
    name: "endpoints: what carries our tag is ours",
    file: "functions/core/endpoints/ownership.ts",
    find: "(endpoint.service === settings.service || proven.has(endpoint.id))",
    replace: "(endpoint.service === settings.service || proven.has(endpoint.id) || true)",
  },
  {
    name: "filters: no difference ever counts",
    file: "functions/core/sessions/filter-drift.ts",
    find: "if (since !== undefined && now",
    replace: "if (false && now",
  },
  {
    name: "filters: an apply under way is called tampering",
    file: "functions/core/sessions/filter-drift.ts",
    find: ">= APPLY_LASTS_MS) changed",
    replace: ">= 0) changed",
  },
  {
    name: "filters: what the sweeps' record says is forgotten",
    file: "functions/core/sessions/sweep-state.ts",
    find: "differingFilters: state?.differingFilters ?? null,",
    replace: "differingFilters: {},",
  },
  {
    name: "filters: a difference that has ended is kept",
    file: "functions/core/sessions/filter-drift.ts",
    find: "if (difference === undefined) continue;",
    replace: "if (difference === undefined) { if (since !== undefined) differing[id] = since; continue; }",
  },
  {
    name: "an interface that an incomplete look did not show is taken for unselected",
    file: "functions/core/sessions/selection.ts",
    find: 'if (found === undefined) return { selected: false, reason: "no-rule" };',
    replace:
      'if (found === undefined || source.deviceIndex === 2) return { selected: false, reason: "no-rule" };',
  },
];
