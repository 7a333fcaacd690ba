/**
 * What AWS said to calls about endpoints and targets, beyond the codes of errors.ts. Sources: "Error codes for the
 * Amazon EC2 API"; codes marked (?) were never seen on a live account.
 */
import type { EndpointOutcome } from "../../core/endpoints/ports.js";
import { classify } from "../errors.js";

type Failure = Exclude<EndpointOutcome, { kind: "done" }>;

const codes: ReadonlyMap<string, Failure["kind"]> = new Map(
  Object.entries({
    gone: [
      "InvalidVpcEndpointId.NotFound",
      "InvalidVpcEndpoint.NotFound",
      "InvalidTrafficMirrorTargetId.NotFound",
      "TrafficMirrorTargetNotFound", // older documents
    ],
    // The service does not exist, or does not allow this account: EC2 does not say which.
    service: [
      "InvalidServiceName",
      "InvalidVpcEndpointService.NotFound",
      "InvalidVpcEndpointServiceId.NotFound",
    ],
    "no-address": ["InsufficientFreeAddressesInSubnet"],
    // Another run asked for the same with other particulars: what it made will be seen.
    conflict: [
      "IdempotentParameterMismatch",
      "TrafficMirrorTargetInUse",
      "DuplicateSubnetsInSameZone", // (?)
      "ResourceAlreadyAssociated", // (?)
      "IncorrectState", // (?) the endpoint is not available yet
      "InvalidState", // (?) as above, and an endpoint that a target still names
      "DependencyViolation",
    ],
    refused: [
      "InvalidParameter",
      "InvalidParameterValue",
      "InvalidParameterCombination",
      "InvalidSubnetID.NotFound",
      "InvalidSubnetId.NotFound",
      "InvalidVpcID.NotFound",
      "InvalidVpcId.NotFound",
    ],
    quota: ["VpcEndpointLimitExceeded", "TrafficMirrorTargetLimitExceeded"],
  }).flatMap(([kind, names]) => names.map((name) => [name, kind as Failure["kind"]] as const)),
);

/** Which class an error of the SDK is in. Never throws. */
export function classifyEndpoint(error: unknown): Failure {
  const failure = classify(error);
  const kind = codes.get(failure.code);
  return kind === undefined ? failure : { kind, code: failure.code, message: failure.message };
}

/** DeleteVpcEndpoints answers what it could not delete one by one. */
export function classifyCode(code: string, message: string): Failure {
  return classifyEndpoint(Object.assign(new Error(message), { name: code }));
}
