import * as constants from "../../functions/core/tags.js";
import { modules } from "../../scripts/lib/roots.js";
import { root } from "../../scripts/lib/run.js";
import { readConfiguration } from "./hcl.js";
import { tagKeys, tagsNamedIn, tagsWrittenOut } from "./tag-literals.js";
import { trackedText } from "./text.js";

/** Tags whose key is a setting, by the reason why no constant has it. */
const settings: Readonly<Record<string, string>> = {
  "traffic-mirror:evacuate":
    "default of mirror-endpoint's input automatic.evacuation_tag, handed to the function",
};

const known = Object.values<unknown>(constants).filter(
  (value) => typeof value === "string" && value.startsWith("traffic-mirror:"),
);

test("every tag of ours that HCL names is a constant of functions/core/tags.ts", () => {
  const hcl = trackedText(root).filter(({ path }) => path.endsWith(".tf"));
  const named = tagsNamedIn(hcl.map(({ text }) => text).join("\n"));
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((tag) => !known.includes(tag))).toEqual(Object.keys(settings));
});

test.each(modules())("%s writes each key out in one place alone", async (folder) => {
  const elsewhere = tagsWrittenOut(await readConfiguration(root, folder));
  expect(elsewhere.filter((tag) => settings[tag] === undefined)).toEqual([]);
});

test("Terraform sets tags, and ties permissions to them, by the keys that the functions look for", async () => {
  const controller = tagKeys(await readConfiguration(root, "modules/mirror-controller"));
  const endpoint = tagKeys(await readConfiguration(root, "modules/mirror-endpoint"));
  expect(controller).toEqual({
    controller: constants.TAG_CONTROLLER,
    target_vpc: constants.TAG_TARGET_VPC,
  });
  expect(endpoint).toEqual({
    target_vpc: constants.TAG_TARGET_VPC,
    target_zone: constants.TAG_TARGET_ZONE,
    target_leaving: constants.TAG_TARGET_LEAVING,
    endpoints: constants.TAG_ENDPOINTS,
    idle_since: constants.TAG_IDLE_SINCE,
  });
});
