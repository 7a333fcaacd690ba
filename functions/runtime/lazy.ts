/**
 * Loads at its first use what a cold start need not wait for: the clients that are needed after the session stands,
 * or seldom. In a bundle of one file the code is there; it is only not run before (esbuild, "Dynamic imports").
 */
export function lazily<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => (loaded ??= load());
}
