/** A state file (version 4), as far as it is read here. */
interface State {
  readonly resources?: readonly {
    readonly module?: string;
    readonly mode: string;
    readonly type: string;
    readonly name: string;
    readonly instances: readonly {
      readonly index_key?: string | number;
      readonly attributes: { readonly id: string };
    }[];
  }[];
}

/** Ids of managed resources of a type by their addresses. */
export const idsIn = (text: string, type: string): ReadonlyMap<string, string> =>
  new Map(
    ((JSON.parse(text) as State).resources ?? [])
      .filter((each) => each.mode === "managed" && each.type === type)
      .flatMap(({ module, name, instances }) =>
        instances.map(({ index_key: key, attributes: { id } }): [string, string] => {
          const address = module === undefined ? `${type}.${name}` : `${module}.${type}.${name}`;
          return [key === undefined ? address : `${address}[${JSON.stringify(key)}]`, id];
        }),
      ),
  );
