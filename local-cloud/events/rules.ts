import { jsonBody } from "../answers.js";
import type { Call, Cloud } from "../types.js";
import type { TargetInput } from "./input.js";
import { parsePattern, type Pattern } from "./pattern.js";

type Where = Pick<Call, "account" | "region">;

export interface Target extends TargetInput {
  readonly Id: string;
  readonly Arn: string;
  readonly RoleArn?: string;
  readonly SqsParameters?: { readonly MessageGroupId?: string };
  readonly DeadLetterConfig?: { readonly Arn?: string };
  readonly RetryPolicy?: {
    readonly MaximumRetryAttempts?: number;
    readonly MaximumEventAgeInSeconds?: number;
  };
}

export interface Rule {
  readonly Name: string;
  readonly Arn: string;
  readonly State: string;
  readonly EventPattern?: string;
  readonly ScheduleExpression?: string;
  readonly pattern?: Pattern;
  readonly targets: readonly Target[];
}

interface Page {
  readonly Rules?: Rule[];
  readonly Targets?: Target[];
  readonly NextToken?: string | null;
}

/** Actions after which what was read from moto may be old. */
export const CHANGES =
  /^(PutRule|DeleteRule|EnableRule|DisableRule|PutTargets|RemoveTargets|CreateEventBus|UpdateEventBus|DeleteEventBus|PutPermission|RemovePermission)$/;

/** Rules and targets live in moto; this reads them once and again after a call that changes them. */
export class Rules {
  readonly #cache = new Map<string, Promise<readonly Rule[]>>();
  readonly #cloud: Pick<Cloud, "moto">;

  constructor(cloud: Pick<Cloud, "moto">) {
    this.#cloud = cloud;
  }

  forget(): void {
    this.#cache.clear();
  }

  of(where: Where, bus: string): Promise<readonly Rule[]> {
    const key = `${where.account}/${where.region}/${bus}`;
    let rules = this.#cache.get(key);
    if (rules === undefined) {
      rules = this.#read(where, bus);
      this.#cache.set(key, rules);
      rules.catch(() => this.#cache.delete(key));
    }
    return rules;
  }

  async #pages(where: Where, action: string, json: Record<string, unknown>): Promise<Page[]> {
    const pages: Page[] = [];
    let NextToken: string | undefined;
    do {
      const answer = await this.#cloud.moto(where, "events", {
        target: `AWSEvents.${action}`,
        json: { ...json, ...(NextToken === undefined ? {} : { NextToken }) },
      });
      const page = jsonBody<Page>(answer) as Page;
      pages.push(page);
      NextToken = page.NextToken || undefined; // moto answers null
    } while (NextToken !== undefined);
    return pages;
  }

  async #read(where: Where, bus: string): Promise<readonly Rule[]> {
    const pages = await this.#pages(where, "ListRules", { EventBusName: bus });
    const rules = pages.flatMap((page) => page.Rules ?? []);
    return Promise.all(
      rules.map(async (rule) => {
        const targets = await this.#pages(where, "ListTargetsByRule", { EventBusName: bus, Rule: rule.Name });
        return {
          ...rule,
          ...(rule.EventPattern ? { pattern: parsePattern(rule.EventPattern) } : {}),
          targets: targets.flatMap((page) => page.Targets ?? []),
        };
      }),
    );
  }
}
