import type { Case } from "../case.js";
import { demand } from "./demand.js";
import { filterDrift } from "./filter-drift.js";
import { finding } from "./finding.js";
import { hook } from "./hook.js";
import { burst, launch, stop, terminate } from "./instances.js";
import { packets } from "./packets.js";
import { tamper } from "./tamper.js";

/** In the order in which they are played; `apply` comes before, and `zone added` and `destroy` after the questions. */
export const CASES: readonly Case[] = [
  launch,
  burst,
  stop,
  terminate,
  tamper,
  demand,
  hook,
  finding,
  filterDrift,
  packets,
];
