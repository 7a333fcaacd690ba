import type { Context } from "./context.js";

const compiled = new Map<string, RegExp>();

/** `*` and `?` as IAM and EC2 filters know them; everything else is literal. */
export const glob = (pattern: string, value: string): boolean => {
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*/g, "[^]*")
      .replace(/\?/g, "[^]");
    expression = new RegExp(`^${source}$`);
    compiled.set(pattern, expression);
  }
  return expression.test(value);
};

/** ArnLike compares the six parts of an ARN one by one, so a `*` does not reach over a colon (but in the last). */
export const arnLike = (pattern: string, value: string): boolean => {
  const parts = (arn: string): string[] => {
    const split = arn.split(":");
    return [...split.slice(0, 5), split.slice(5).join(":")];
  };
  const expected = parts(pattern);
  const actual = parts(value);
  return expected.every((part, index) => glob(part, actual[index] ?? ""));
};

/**
 * Policy variables: `${aws:PrincipalAccount}`, with a default as in `${aws:PrincipalTag/team, 'none'}`. undefined:
 * the request has no such key, and what is written with it matches nothing.
 */
export const substitute = (pattern: string, context: Context): string | undefined => {
  const missing: string[] = [];
  const text = pattern.replace(
    /\$\{([^},]+)(?:,\s*'([^']*)')?\}/g,
    (whole, name: string, otherwise?: string) => {
      if (name === "*" || name === "?" || name === "$") return name;
      const found = Object.entries(context).find(([key]) => key.toLowerCase() === name.trim().toLowerCase());
      const value = found?.[1];
      if (typeof value === "string") return value;
      if (otherwise === undefined) missing.push(name);
      return otherwise ?? whole;
    },
  );
  return missing.length > 0 ? undefined : text;
};
