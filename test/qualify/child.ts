/** A qualification to be killed: tsx test/qualify/child.ts <folder> <url of a local cloud> */
import { LocalCloudClient } from "../../local-cloud/index.js";
import { qualify } from "../../qualify/run.js";
import { OPTIONS, surroundings } from "./stage.js";

const [folder = "", url = ""] = process.argv.slice(2);
await qualify(OPTIONS, surroundings(new LocalCloudClient(url), folder));
