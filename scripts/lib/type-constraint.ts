/** Terraform's type constraints ("Type Constraints" in its language reference), written as TypeScript. */

/** Words, marks, and quoted texts; comments and blanks are passed over. */
export const tokensOf = (text: string): string[] =>
  [...text.matchAll(/(?:#|\/\/)[^\n]*|("(?:[^"\\]|\\.)*"|[\w.-]+|[(){}[\],=:])/g)].flatMap(([, token]) =>
    token === undefined ? [] : [token],
  );

/**
 * `string`, `map(object({ a = optional(number, 1) }))` and so on as a type. What holds several values may be a token as
 * a whole, because outputs of other modules are. Throws on what it does not know.
 */
export const typescriptOf = (constraint: string): string => {
  const tokens = tokensOf(constraint.replace(/^\$\{([\s\S]*)\}$/, "$1"));
  let at = 0;
  const next = (): string => {
    const token = tokens[at++];
    if (token === undefined) throw new Error(`a type ends too early: ${constraint}`);
    return token;
  };
  const expect = (mark: string): void => {
    const token = next();
    if (token !== mark) throw new Error(`${token} where ${mark} belongs: ${constraint}`);
  };
  /** Passes over a default value, up to the parenthesis that closes optional(…). */
  const skipDefault = (): void => {
    for (let depth = 0; ;) {
      const token = tokens[at];
      if (token === undefined || (depth === 0 && token === ")")) return;
      if ("([{".includes(token)) depth += 1;
      if (")]}".includes(token)) depth -= 1;
      at += 1;
    }
  };

  const attribute = (): string => {
    const name = next();
    expect("=");
    if (tokens[at] !== "optional") return `readonly ${name}: ${type()}`;
    at += 1;
    expect("(");
    const inner = type();
    if (tokens[at] === ",") skipDefault();
    expect(")");
    return `readonly ${name}?: ${inner} | null`;
  };

  const object = (): string => {
    expect("(");
    expect("{");
    const attributes: string[] = [];
    while (tokens[at] !== "}") {
      attributes.push(attribute());
      if (tokens[at] === ",") at += 1;
    }
    expect("}");
    expect(")");
    return `Value<{ ${attributes.join("; ")} }>`;
  };

  const collection = (write: (inner: string) => string): string => {
    expect("(");
    const inner = type();
    expect(")");
    return `Value<${write(inner)}>`;
  };

  const type = (): string => {
    const word = next();
    switch (word) {
      // Tokens of texts and numbers are texts and numbers in CDKTF.
      case "string":
      case "number":
        return word;
      case "bool":
        return "Value<boolean>";
      case "any":
        return "unknown";
      case "list":
      case "set":
        return collection((inner) => `readonly (${inner})[]`);
      case "map":
        return collection((inner) => `Readonly<Record<string, ${inner} | null>>`);
      case "object":
        return object();
      default:
        throw new Error(`no TypeScript for ${word}: ${constraint}`);
    }
  };

  const written = type();
  if (at !== tokens.length) throw new Error(`something follows the type: ${constraint}`);
  return written;
};
