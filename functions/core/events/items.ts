/** Lists in events: each item is read by itself, so that an odd one costs nothing but itself. */
import * as z from "zod/mini";

/** A list whose items are read later. Absent and null are a list without items. */
export const untrustedList = z.pipe(
  z.nullish(z.array(z.unknown())),
  z.transform((list: unknown[] | null | undefined): readonly unknown[] => list ?? []),
);

export interface Items<T> {
  readonly valid: readonly T[];
  /** How many could not be read. */
  readonly odd: number;
}

export function itemsOf<T>(schema: z.ZodMiniType<T>, list: readonly unknown[]): Items<T> {
  const valid = list.flatMap((item): T[] => {
    const parsed = schema.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  });
  return { valid, odd: list.length - valid.length };
}
