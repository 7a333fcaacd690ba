import { jsonBody, withJson } from "../answers.js";
import { Scoped } from "../scoped.js";
import { queueNamed } from "../sqs/names.js";
import type { Call, Cloud } from "../types.js";
import { is, type PatchSet } from "./types.js";

interface Request {
  readonly QueueUrl?: string;
  readonly QueueName?: string;
  readonly Attributes?: Record<string, string>;
  readonly AttributeNames?: string[];
}

const nameOf = (call: Call): string => queueNamed(call, jsonBody<Request>(call)).name;

export const sqsPatches = (cloud: Cloud): PatchSet => {
  const allow = new Scoped(() => new Map<string, string>());
  const policies = new Scoped(() => new Map<string, string>());
  const keep = (kept: Map<string, string>, name: string, value: string | undefined): void => {
    if (value === "") kept.delete(name);
    else if (value !== undefined) kept.set(name, value);
  };

  return {
    reset: () => {
      allow.reset();
      policies.reset();
    },
    patches: [
      {
        name: "queue-attributes-set",
        why: "moto drops RedriveAllowPolicy (the provider then waits nine minutes) and wipes Policy when it is not sent",
        match: is("sqs", "CreateQueue", "SetQueueAttributes"),
        run(call, next) {
          const request = jsonBody<Request>(call);
          const attributes: Record<string, string> = { ...request.Attributes };
          const name = nameOf(call);
          keep(allow.of(call), name, attributes["RedriveAllowPolicy"]);
          keep(policies.of(call), name, attributes["Policy"]);
          delete attributes["RedriveAllowPolicy"];
          const policy = policies.of(call).get(name);
          if (policy !== undefined) attributes["Policy"] = policy;
          call.body = Buffer.from(JSON.stringify({ ...request, Attributes: attributes }));
          return next();
        },
      },
      {
        name: "queue-delete",
        why: "forgets what the patches keep for the queue",
        match: is("sqs", "DeleteQueue"),
        run(call, next) {
          const name = nameOf(call);
          allow.of(call).delete(name);
          policies.of(call).delete(name);
          return next();
        },
      },
      {
        name: "queue-attributes-get",
        why: "moto refuses RedriveAllowPolicy by name and answers RedrivePolicy with blanks in it",
        match: is("sqs", "GetQueueAttributes"),
        async run(call) {
          const request = jsonBody<Request>(call);
          const names = request.AttributeNames ?? [];
          const only = names.length === 1 && names[0] === "RedriveAllowPolicy";
          const asked = only ? ["QueueArn"] : names.filter((name) => name !== "RedriveAllowPolicy");
          const answer = await cloud.forward({
            ...call,
            body: Buffer.from(JSON.stringify({ ...request, AttributeNames: asked })),
          });
          if (answer.status !== 200) return answer;
          const attributes: Record<string, string> = only ? {} : { ...jsonBody<Request>(answer).Attributes };
          const redrive = attributes["RedrivePolicy"];
          if (redrive) attributes["RedrivePolicy"] = JSON.stringify(JSON.parse(redrive));
          const allowed = allow.of(call).get(nameOf(call));
          if (allowed !== undefined && (names.includes("All") || names.includes("RedriveAllowPolicy"))) {
            attributes["RedriveAllowPolicy"] = allowed;
          }
          return withJson(answer, { Attributes: attributes });
        },
      },
    ],
  };
};
