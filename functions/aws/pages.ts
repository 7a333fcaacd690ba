/** Reads a list page by page. */

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/**
 * Every item of every page. Throws, naming the call, when a page leads back to one that was read: whoever went on would
 * go round until its time is over.
 */
export async function everyPage<T>(
  call: string,
  read: (token: string | undefined) => Promise<Page<T>>,
): Promise<T[]> {
  const found: T[] = [];
  const seen = new Set<string>();
  let token: string | undefined;
  do {
    const page = await read(token);
    for (const item of page.items) found.push(item);
    token = page.next;
    if (token && seen.has(token))
      throw new Error(`${call} repeats its page token after ${String(seen.size)} pages`);
    if (token) seen.add(token);
  } while (token);
  return found;
}
