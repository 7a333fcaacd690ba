import type { Probe } from "../probe.js";
import { abandonedLaunch } from "./abandoned-launch.js";
import { endpoint } from "./endpoint.js";
import { endpointsPerZone } from "./endpoints-per-zone.js";
import { fargateInterfaces } from "./fargate-interfaces.js";
import { filterRuleQuota } from "./filter-rule-quota.js";
import { findingDelay } from "./finding-delay.js";
import { goneUnderTagCondition } from "./gone-under-tag-condition.js";
import { loadBalancerInterfaces } from "./load-balancer-interfaces.js";
import { mutations } from "./mutations.js";
import { natGatewaySpelling } from "./nat-gateway-spelling.js";
import { notFoundCodes } from "./not-found-codes.js";
import { parameterWrites } from "./parameter-writes.js";
import { pendingInstance } from "./pending-instance.js";
import { permissionSpread } from "./permission-spread.js";
import { portSymmetry } from "./port-symmetry.js";
import { queueSpread } from "./queue-spread.js";
import { refusedType } from "./refused-type.js";
import { roleMadeAnew } from "./role-made-anew.js";
import { sessionNumberTaken } from "./session-number-taken.js";
import { stoppedInstance } from "./stopped-instance.js";
import { tagsOfOthers } from "./tags-of-others.js";
import { targetBeforeAcceptance } from "./target-before-acceptance.js";
import { tokenAfterDelete } from "./token-after-delete.js";
import { trafficMirrorTagFilters } from "./traffic-mirror-tag-filters.js";
import { trailDelay } from "./trail-delay.js";
import { udpRebalance } from "./udp-rebalance.js";
import { unattachedInterface } from "./unattached-interface.js";
import { warmPoolEvents } from "./warm-pool-events.js";

/** In the order in which they are asked. What uses up EC2's buckets comes last. */
export const PROBES: readonly Probe[] = [
  sessionNumberTaken,
  notFoundCodes,
  tokenAfterDelete,
  trafficMirrorTagFilters,
  filterRuleQuota,
  natGatewaySpelling,
  pendingInstance,
  stoppedInstance,
  unattachedInterface,
  refusedType,
  fargateInterfaces,
  loadBalancerInterfaces,
  tagsOfOthers,
  permissionSpread,
  goneUnderTagCondition,
  roleMadeAnew,
  endpointsPerZone,
  endpoint,
  targetBeforeAcceptance,
  abandonedLaunch,
  warmPoolEvents,
  trailDelay,
  findingDelay,
  portSymmetry,
  queueSpread,
  udpRebalance,
  parameterWrites,
  mutations,
];
