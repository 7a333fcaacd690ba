/** How a function reads what Terraform set in its environment. All problems are reported at once. */
import * as z from "zod/mini";
import en from "zod/v4/locales/en.js";

z.config(en()); // the words of the problems, which zod/mini does not bring

/** Throws one sentence that names every problem of the environment. */
export function readEnvironment<T>(schema: z.ZodMiniType<T>, env: NodeJS.ProcessEnv): T {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`environment: ${problems.join("; ")}`);
}

/** A variable that holds a JSON document. */
export function json<T extends z.core.$ZodType>(schema: T) {
  const parse = z.transform((text: string, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.issues.push({ code: "custom", message: "not JSON", input: text });
      return z.NEVER;
    }
  });
  return z.pipe(z.pipe(z.string(), parse), schema);
}
