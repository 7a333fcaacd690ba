import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compositions } from "../../scripts/lib/pass-through/compositions.js";
import { generate } from "../../scripts/lib/pass-through/generate.js";
import { root } from "../../scripts/lib/run.js";

describe.each(compositions)("composition $folder", (composition) => {
  test("hands on what its modules have (else: npm run root:variables)", async () => {
    const stale = [...(await generate(root, composition))]
      .filter(([name, text]) => {
        const path = join(root, composition.folder, name);
        return !existsSync(path) || readFileSync(path, "utf8") !== text;
      })
      .map(([name]) => `${name} is stale: npm run root:variables`);
    expect(stale).toEqual([]);
  });
});
