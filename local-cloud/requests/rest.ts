/** The operation that a REST call means, with what its address says (Smithy: "HTTP bindings"). */
import type { Call } from "../types.js";
import type { Model, Operation } from "./models.js";

export interface Found {
  readonly operation: Operation;
  readonly labels: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

const templates = new WeakMap<Operation, { path: RegExp; names: readonly string[]; literal: number }>();

const templateOf = (operation: Operation) => {
  const known = templates.get(operation);
  if (known) return known;
  const [uri = ""] = operation.http.requestUri.split("?");
  const names = [...uri.matchAll(/\{(\w+)\+?\}/g)].map(([, name = ""]) => name);
  const source = uri
    .split(/(\{\w+\+?\})/)
    .map((part) => {
      if (!part.startsWith("{")) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      return part.endsWith("+}") ? "(.+)" : "([^/]+)";
    })
    .join("");
  const made = {
    path: new RegExp(`^${source.replace(/\/$/, "")}/?$`),
    names,
    literal: uri.replace(/\{[^}]*\}/g, "").length,
  };
  templates.set(operation, made);
  return made;
};

/** Of several that fit, the one that leaves least open. */
export const findRest = (model: Model, call: Pick<Call, "method" | "path">): Found | undefined => {
  const [path = "", search = ""] = call.path.split("?");
  let best: (Found & { literal: number }) | undefined;
  for (const operation of Object.values(model.operations)) {
    if (operation.http.method !== call.method) continue;
    const { path: pattern, names, literal } = templateOf(operation);
    const values = pattern.exec(path)?.slice(1);
    if (values === undefined || (best && best.literal >= literal)) continue;
    const labels = Object.fromEntries(
      names.map((name, index) => [name, decodeURIComponent(values[index] ?? "")]),
    );
    best = { operation, labels, query: new URLSearchParams(search), literal };
  }
  return best;
};
