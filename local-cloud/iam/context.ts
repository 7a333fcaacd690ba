/** Condition keys of a request; a list is a multivalued key such as aws:TagKeys. */
export type Context = Readonly<Record<string, string | readonly string[]>>;
