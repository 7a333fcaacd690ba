/**
 * Event patterns as AWS's own engine reads them (github.com/aws/event-ruler; "Creating Amazon EventBridge event
 * patterns" in the user guide): test/authorities/event-patterns holds its verdicts, and this agrees with each.
 */
import { compile, type Pattern, type SubRule } from "./pattern-compile.js";
import { isFields, PatternError, type Json } from "./pattern-values.js";

export { PatternError, type Json, type Pattern };

/** The element of each array that a value stands in, by the array's number. */
type Membership = ReadonlyMap<number, number>;
interface Value {
  readonly value: Json;
  readonly membership: Membership;
}

/** Every value of an event below its path. Empty arrays and objects leave nothing behind. */
const flatten = (event: Json): ReadonlyMap<string, readonly Value[]> => {
  const found = new Map<string, Value[]>();
  let arrays = 0;
  const walk = (value: Json, path: string, membership: Membership): void => {
    if (Array.isArray(value)) {
      const array = arrays++;
      for (const [index, element] of value.entries()) {
        const deeper = element !== null && typeof element === "object";
        walk(element, path, deeper ? new Map([...membership, [array, index]]) : membership);
      }
    } else if (isFields(value)) {
      for (const [name, inner] of Object.entries(value)) {
        walk(inner, path === "" ? name : `${path}.${name}`, membership);
      }
    } else {
      const values = found.get(path);
      if (values === undefined) found.set(path, [{ value, membership }]);
      else values.push({ value, membership });
    }
  };
  walk(event, "", new Map());
  return found;
};

/** Both together, or undefined where they are of different elements of one array. */
const together = (soFar: Membership, added: Membership): Membership | undefined => {
  for (const [array, index] of added) {
    const before = soFar.get(array);
    if (before !== undefined && before !== index) return undefined;
  }
  return new Map([...soFar, ...added]);
};

/** Fields in the order of their names, as the engine goes: what does not exist is judged by what came before it. */
const holds = (rule: SubRule, event: ReadonlyMap<string, readonly Value[]>): boolean => {
  const names = [...rule.keys()].sort();
  const from = (position: number, soFar: Membership): boolean => {
    const name = names[position];
    if (name === undefined) return true;
    const tests = rule.get(name) ?? [];
    const reachable = (event.get(name) ?? []).flatMap(({ value, membership }) => {
      const joined = together(soFar, membership);
      return joined === undefined ? [] : [{ value, joined }];
    });
    if (reachable.length === 0 && tests.includes("absent")) return from(position + 1, soFar);
    return reachable.some(
      ({ value, joined }) =>
        tests.some((test) => test !== "absent" && test(value)) && from(position + 1, joined),
    );
  };
  return from(0, new Map());
};

/** True when one of the pattern's alternatives holds. */
export const matches = (pattern: Pattern, event: Json): boolean => {
  const fields = flatten(event);
  return pattern.some((rule) => holds(rule, fields));
};

/** The pattern of a rule from its text. Throws PatternError where EventBridge answers InvalidEventPatternException. */
export const parsePattern = (source: string): Pattern => {
  let pattern: Json;
  try {
    pattern = JSON.parse(source) as Json;
  } catch (error) {
    throw new PatternError(String(error));
  }
  return compile(pattern);
};
