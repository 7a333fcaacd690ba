import { randomUUID } from "node:crypto";
import type { Answer, Call } from "./types.js";
import { escapeXml } from "./xml.js";

/** Answers in the wire formats of the AWS protocols (Smithy: awsQuery, ec2Query, awsJson, restJson, restXml). */

export const jsonOk = (value: unknown, status = 200): Answer => ({
  status,
  headers: { "content-type": "application/x-amz-json-1.1" },
  body: Buffer.from(JSON.stringify(value)),
});

export const empty = (status = 200): Answer => ({ status, headers: {}, body: Buffer.alloc(0) });

/** `inner` is the XML inside `<ActionResult>`. */
export const queryOk = (action: string, namespace: string, inner: string): Answer => ({
  status: 200,
  headers: { "content-type": "text/xml" },
  body: Buffer.from(
    `<${action}Response xmlns="${namespace}"><${action}Result>${inner}</${action}Result>` +
      `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></${action}Response>`,
  ),
});

const xmlAnswer = (status: number, text: string): Answer => ({
  status,
  headers: { "content-type": "text/xml" },
  body: Buffer.from(text),
});

/** An error in the format that the service's SDK client understands. */
export const serviceError = (
  call: Pick<Call, "service" | "headers">,
  code: string,
  message: string,
  status = 400,
): Answer => {
  const id = randomUUID();
  const body = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>`;
  if (call.service === "ec2") {
    return xmlAnswer(
      status,
      `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>${body}</Error></Errors><RequestID>${id}</RequestID></Response>`,
    );
  }
  if (call.service === "s3" || call.service === "route53") {
    return xmlAnswer(
      status,
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${body}<RequestId>${id}</RequestId></Error>`,
    );
  }
  if ((call.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded")) {
    return xmlAnswer(
      status,
      `<ErrorResponse><Error><Type>Sender</Type>${body}</Error><RequestId>${id}</RequestId></ErrorResponse>`,
    );
  }
  return {
    status,
    headers: { "content-type": "application/json", "x-amzn-errortype": code },
    body: Buffer.from(JSON.stringify({ __type: code, message, Message: message })),
  };
};

/** The JSON body of a call or answer as an object; `{}` when it is empty or is not one. */
export const jsonBody = <T extends object = Record<string, unknown>>(from: {
  body: Buffer;
}): Partial<T> & Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(from.body.toString() || "{}");
    return value !== null && typeof value === "object" ? (value as Partial<T> & Record<string, unknown>) : {};
  } catch {
    return {};
  }
};

export const withJson = (answer: Answer, value: unknown): Answer => ({
  ...answer,
  body: Buffer.from(JSON.stringify(value)),
});

export const withText = (answer: Answer, edit: (text: string) => string): Answer => ({
  ...answer,
  body: Buffer.from(edit(answer.body.toString())),
});
