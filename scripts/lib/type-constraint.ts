/** Terraform's type constraints ("Type Constraints" in its language reference), read into a tree. */

/** Words, marks, and quoted texts; comments and blanks are passed over. */
export const tokensOf = (text: string): string[] =>
  [...text.matchAll(/(?:#|\/\/)[^\n]*|("(?:[^"\\]|\\.)*"|[\w.-]+|[(){}[\],=:])/g)].flatMap(([, token]) =>
    token === undefined ? [] : [token],
  );

export interface Attribute {
  readonly name: string;
  readonly optional: boolean;
  readonly of: Type;
}

export type Type =
  | { readonly kind: "string" | "number" | "bool" | "any" }
  | { readonly kind: "list" | "set" | "map"; readonly of: Type }
  | { readonly kind: "object"; readonly attributes: readonly Attribute[] };

/** `string`, `map(object({ a = optional(number, 1) }))` and so on. Throws on what it does not know. */
export const parseType = (constraint: string): Type => {
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

  const attribute = (): Attribute => {
    const name = next();
    expect("=");
    if (tokens[at] !== "optional") return { name, optional: false, of: type() };
    at += 1;
    expect("(");
    const of = type();
    if (tokens[at] === ",") skipDefault();
    expect(")");
    return { name, optional: true, of };
  };

  const object = (): Type => {
    expect("(");
    expect("{");
    const attributes: Attribute[] = [];
    while (tokens[at] !== "}") {
      attributes.push(attribute());
      if (tokens[at] === ",") at += 1;
    }
    expect("}");
    expect(")");
    return { kind: "object", attributes };
  };

  const collection = (kind: "list" | "set" | "map"): Type => {
    expect("(");
    const of = type();
    expect(")");
    return { kind, of };
  };

  const type = (): Type => {
    const word = next();
    switch (word) {
      case "string":
      case "number":
      case "bool":
      case "any":
        return { kind: word };
      case "list":
      case "set":
      case "map":
        return collection(word);
      case "object":
        return object();
      default:
        throw new Error(`the type ${word} is not known here: ${constraint}`);
    }
  };

  const parsed = type();
  if (at !== tokens.length) throw new Error(`something follows the type: ${constraint}`);
  return parsed;
};

/** Whether a value of the type has keys that are the type's and not the caller's. */
export const holdsObject = (type: Type): boolean =>
  type.kind === "object" || ("of" in type && holdsObject(type.of));

const written = (type: Type): string => {
  switch (type.kind) {
    // Tokens of texts and numbers are texts and numbers in CDKTF.
    case "string":
    case "number":
      return type.kind;
    case "bool":
      return "Value<boolean>";
    case "any":
      return "unknown";
    case "list":
    case "set":
      return `Value<readonly (${written(type.of)})[]>`;
    case "map":
      return `Value<Readonly<Record<string, ${written(type.of)} | null>>>`;
    case "object": {
      const attributes = type.attributes.map(({ name, optional, of }) =>
        optional ? `readonly ${name}?: ${written(of)} | null` : `readonly ${name}: ${written(of)}`,
      );
      return `Value<{ ${attributes.join("; ")} }>`;
    }
  }
};

/** As TypeScript. What holds several values may be a token as a whole, because outputs of other modules are. */
export const typescriptOf = (constraint: string): string => written(parseType(constraint));
