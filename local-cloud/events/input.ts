/** What a target receives: Input, InputPath or InputTransformer ("Amazon EventBridge input transformation"). */
import type { Json } from "./pattern.js";

export interface TargetInput {
  readonly Input?: string;
  readonly InputPath?: string;
  readonly InputTransformer?: {
    readonly InputPathsMap?: Readonly<Record<string, string>>;
    readonly InputTemplate: string;
  };
}

/** `$.detail.instance-id`, `$.resources[0]`, `$.detail['some key']` */
export const at = (event: Json, path: string): Json | undefined => {
  const steps = [...path.replace(/^\$/, "").matchAll(/\.([^.[\]]+)|\[(\d+)\]|\['([^']+)'\]/g)];
  return steps.reduce<Json | undefined>((value, [, name, index, quoted]) => {
    if (value === null || typeof value !== "object") return undefined;
    if (Array.isArray(value)) return index === undefined ? undefined : value[Number(index)];
    return value[name ?? quoted ?? ""];
  }, event);
};

const transform = (
  event: Json,
  template: string,
  paths: Readonly<Record<string, string>>,
  rule: Readonly<Record<string, string>>,
): string => {
  const valueOf = (name: string): Json | undefined => {
    if (name === "aws.events.event" || name === "aws.events.event.json") return event;
    const reserved = rule[name];
    if (reserved !== undefined) return reserved;
    const path = paths[name];
    return path === undefined ? undefined : (at(event, path) ?? "");
  };
  let quoted = false;
  let out = "";
  for (let i = 0; i < template.length; i++) {
    const character = template[i] ?? "";
    if (character === "\\") {
      out += character + (template[++i] ?? "");
      continue;
    }
    if (character === '"') quoted = !quoted;
    const name = character === "<" ? /^<([A-Za-z0-9_.-]+)>/.exec(template.slice(i))?.[1] : undefined;
    const value = name === undefined ? undefined : valueOf(name);
    if (name === undefined || value === undefined) {
      out += character;
      continue;
    }
    i += name.length + 1;
    // inside a JSON string a value is inserted as text, elsewhere as JSON
    const inner = typeof value === "string" ? value : JSON.stringify(value);
    out += quoted ? JSON.stringify(inner).slice(1, -1) : JSON.stringify(value);
  }
  return out;
};

export const inputFor = (target: TargetInput, event: Json, rule: { arn: string; name: string }): string => {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(at(event, target.InputPath) ?? null);
  if (target.InputTransformer !== undefined) {
    return transform(
      event,
      target.InputTransformer.InputTemplate,
      target.InputTransformer.InputPathsMap ?? {},
      {
        "aws.events.rule-arn": rule.arn,
        "aws.events.rule-name": rule.name,
      },
    );
  }
  return JSON.stringify(event);
};
