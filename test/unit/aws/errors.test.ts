import { describe, expect, it } from "@jest/globals";
import { classify, classifyCreate, isStaleReference } from "../../../functions/aws/errors.js";
import { awsError } from "../../support/ec2.js";

const kindOf = (name: string, status?: number) => classify(awsError(name, status)).kind;

describe("an error of AWS is", () => {
  it.each([
    "InvalidNetworkInterfaceID.NotFound",
    "InvalidTrafficMirrorSessionId.NotFound",
    "TrafficMirrorSessionNotFound",
  ])("gone: %s", (code) => expect(kindOf(code)).toBe("gone"));

  it.each([
    "TrafficMirrorSessionsPerInterfaceLimitExceeded",
    "InvalidTrafficMirrorSessionNumber",
    "SessionNumberAlreadyExists",
    "TrafficMirrorSessionAlreadyExists",
    "InvalidNetworkInterface.InUse",
    "IdempotentParameterConflict",
  ])("a conflict: %s", (code) => expect(kindOf(code)).toBe("conflict"));

  it.each([
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "EC2ThrottledException",
    "SlowDown",
  ])("throttled: %s", (code) => expect(kindOf(code, 503)).toBe("throttled"));

  it("throttled by its status alone", () => {
    expect(kindOf("SomethingNew", 429)).toBe("throttled");
  });

  it.each(["NetworkInterfaceNotSupported", "OperationNotPermitted", "UnsupportedOperation"])(
    "refused for good: %s",
    (code) => expect(kindOf(code)).toBe("refused"),
  );

  it.each([
    "TrafficMirrorSessionLimitExceeded",
    "TrafficMirrorSessionsPerTargetLimitExceeded",
    "TrafficMirrorSourcesPerTargetLimitExceeded",
  ])("a quota: %s", (code) => expect(kindOf(code)).toBe("quota"));

  it.each(["UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "AuthFailure"])(
    "not permitted: %s",
    (code) => expect(kindOf(code, 403)).toBe("not-permitted"),
  );

  it.each([
    ["InternalError", 500],
    ["ServiceUnavailable", 503],
    ["TimeoutError", undefined],
    ["InvalidTrafficMirrorTargetId.NotFound", 400],
    ["SomethingNew", 400],
    ["constructor", 400],
  ])("transient, worth another try: %s %s", (code, status) => expect(kindOf(code, status)).toBe("transient"));

  it("reported in AWS's own words", () => {
    expect(classify(awsError("RequestLimitExceeded", 503, "Request limit exceeded."))).toEqual({
      kind: "throttled",
      code: "RequestLimitExceeded",
      message: "Request limit exceeded.",
    });
  });

  it.each([undefined, null, "socket hang up", 7, {}])("classified even when it is none: %p", (error) => {
    expect(classify(error)).toMatchObject({ kind: "transient", code: "Unknown" });
  });
});

describe("a create", () => {
  it("that EC2 refused for a reason unknown to us is looked at again: the number may just have been taken", () => {
    expect(classifyCreate(awsError("SomethingNew", 400)).kind).toBe("conflict");
    expect(classifyCreate(awsError("InvalidParameterValue", 400)).kind).toBe("conflict");
  });

  it("that failed on the way is only worth another try", () => {
    expect(classifyCreate(awsError("InternalError", 500)).kind).toBe("transient");
    expect(classifyCreate(new Error("socket hang up")).kind).toBe("transient");
  });

  it("keeps the classes that are known", () => {
    expect(classifyCreate(awsError("NetworkInterfaceNotSupported")).kind).toBe("refused");
    expect(classifyCreate(awsError("UnauthorizedOperation", 403)).kind).toBe("not-permitted");
  });

  it("that named a target which is gone does not look at the interface again", () => {
    expect(classifyCreate(awsError("InvalidTrafficMirrorTargetId.NotFound")).kind).toBe("transient");
  });
});

describe("a stale reference", () => {
  it.each([
    "InvalidTrafficMirrorTargetId.NotFound",
    "InvalidTrafficMirrorFilterId.NotFound",
    "TrafficMirrorTargetNotFound",
    "TrafficMirrorFilterNotFound",
  ])("is a target or filter that is gone: %s", (code) => expect(isStaleReference(code)).toBe(true));

  it.each([
    "InvalidTrafficMirrorSessionId.NotFound",
    "InvalidNetworkInterfaceID.NotFound",
    "InvalidTrafficMirrorFilterRuleId.NotFound",
  ])("is not: %s", (code) => expect(isStaleReference(code)).toBe(false));
});
