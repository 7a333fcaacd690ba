import { unproven } from "../model.js";
import type { Probe } from "../probe.js";

/** What only packets say, on the nodes. */
export const packets: Probe = {
  facts: ["port-symmetry", "queue-spread", "udp-rebalance"],
  ask: async () => {
    const detail = "No probe reads the node's counters yet.";
    return Promise.resolve({
      "port-symmetry": unproven(detail),
      "queue-spread": unproven(detail),
      "udp-rebalance": unproven(detail),
    });
  },
};
