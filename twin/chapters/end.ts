/** terraform destroy, and no namespace is left. */
import { run } from "../machine/run.js";
import type { Stage } from "../stage.js";

export const comeToAnEnd = async ({ screen, terraform, during, aws, world, cloud }: Stage): Promise<void> => {
  await during("destroyed", () => terraform.destroy());
  for (const [kind, found] of Object.entries(await aws.inventory())) {
    if (kind === "sessions" || found.length > 0) {
      screen.promise(`no ${kind} left`, found.length === 0, found.join(", "));
    }
  }
  const gaps = await cloud.gaps();
  screen.promise(
    "the local cloud could answer every call",
    gaps.length === 0,
    JSON.stringify(gaps.slice(0, 3)),
  );
  await world.strike();
  const left = (await run("ip", ["netns", "list"]))
    .split("\n")
    .filter((line) => line.startsWith(world.prefix));
  screen.promise("no namespace is left", left.length === 0, left.join(", "));
};
