import type { IncomingMessage } from "node:http";
import type { Call } from "./types.js";

export const DEFAULT_ACCOUNT = "123456789012";
export const DEFAULT_REGION = "eu-west-1";

export interface Identity {
  readonly account: string;
  readonly roleArn?: string;
  /** Of a role's session: what follows the role's name in its ARN, and the role's id in `aws:userid`. */
  readonly sessionName?: string;
  /** `aws:userid` where it is known beforehand; that of a function is made from its role's id. */
  readonly userId?: string;
  /** Set where the local cloud itself gave the key to a function. */
  readonly functionName?: string;
}

/** Access keys that the local cloud handed out: to functions, and through AssumeRole. */
export class Keys {
  readonly #known = new Map<string, Identity>();

  add(accessKeyId: string, identity: Identity): void {
    this.#known.set(accessKeyId, identity);
  }

  delete(accessKeyId: string): void {
    this.#known.delete(accessKeyId);
  }

  /**
   * An access key of twelve digits is that account (how a provider block or a test picks one without
   * AssumeRole); then the keys handed out; anything else is the default account.
   */
  identify(accessKeyId: string | undefined): Identity {
    if (accessKeyId !== undefined && /^\d{12}$/.test(accessKeyId)) return { account: accessKeyId };
    return (
      (accessKeyId === undefined ? undefined : this.#known.get(accessKeyId)) ?? { account: DEFAULT_ACCOUNT }
    );
  }

  reset(): void {
    this.#known.clear();
  }
}

interface Scope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

/** The credential scope of Signature Version 4, from the header or from a presigned URL. */
export const scopeOf = (
  authorization: string | undefined,
  query: URLSearchParams = new URLSearchParams(),
): Scope | undefined => {
  const text = authorization ?? `Credential=${query.get("X-Amz-Credential") ?? ""}`;
  const found = /Credential=([^/,\s]+)\/\d+\/([^/]+)\/([^/]+)\/aws4_request/.exec(text);
  const [, accessKeyId, region, service] = found ?? [];
  if (accessKeyId === undefined || region === undefined || service === undefined) return undefined;
  return { accessKeyId, region, service };
};

const flatten = (headers: IncomingMessage["headers"]): Record<string, string> => {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) out[name] = Array.isArray(value) ? value.join(",") : value;
  }
  return out;
};

export const isForm = (headers: Record<string, string>): boolean =>
  (headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded");

export const decodeCall = (
  request: Pick<IncomingMessage, "method" | "url" | "headers">,
  body: Buffer,
  keys: Keys,
): Call => {
  const headers = flatten(request.headers);
  const method = request.method ?? "GET";
  const path = request.url ?? "/";
  const question = path.indexOf("?");
  const query = new URLSearchParams(question < 0 ? "" : path.slice(question + 1));
  const scope = scopeOf(headers["authorization"], query);
  const identity = keys.identify(scope?.accessKeyId);
  const params = isForm(headers) ? Object.fromEntries(new URLSearchParams(body.toString())) : {};
  const action =
    params["Action"] ??
    headers["x-amz-target"]?.split(".").pop() ??
    `${method} ${question < 0 ? path : path.slice(0, question)}`;
  return {
    service: scope?.service ?? "unsigned",
    action,
    account: identity.account,
    region: scope?.region ?? DEFAULT_REGION,
    accessKeyId: scope?.accessKeyId ?? "",
    ...(identity.roleArn === undefined ? {} : { roleArn: identity.roleArn }),
    ...(identity.sessionName === undefined ? {} : { sessionName: identity.sessionName }),
    ...(identity.functionName === undefined ? {} : { functionName: identity.functionName }),
    method,
    path,
    params,
    headers,
    body,
  };
};

/** Account and region alone, for what is kept beyond the call. */
export const placeOf = (call: Pick<Call, "account" | "region">): Pick<Call, "account" | "region"> => ({
  account: call.account,
  region: call.region,
});

/** A call as the local cloud itself would sign it, for its own use of moto. */
export const ownCall = (
  from: Pick<Call, "account" | "region">,
  service: string,
  request: {
    method?: string;
    path?: string;
    params?: Record<string, string>;
    json?: unknown;
    target?: string;
  },
): Call => {
  const headers: Record<string, string> = {
    host: "127.0.0.1",
    authorization:
      `AWS4-HMAC-SHA256 Credential=${from.account}/20250101/${from.region}/${service}/aws4_request, ` +
      "SignedHeaders=host, Signature=0",
  };
  let body = Buffer.alloc(0);
  if (request.params !== undefined) {
    headers["content-type"] = "application/x-www-form-urlencoded; charset=utf-8";
    body = Buffer.from(new URLSearchParams(request.params).toString());
  } else if (request.json !== undefined) {
    headers["content-type"] = ["dynamodb", "sqs"].includes(service)
      ? "application/x-amz-json-1.0"
      : "application/x-amz-json-1.1";
    body = Buffer.from(JSON.stringify(request.json));
  }
  if (request.target !== undefined) headers["x-amz-target"] = request.target;
  const method = request.method ?? (body.length > 0 || request.target !== undefined ? "POST" : "GET");
  const path = request.path ?? "/";
  return {
    service,
    action: request.params?.["Action"] ?? request.target?.split(".").pop() ?? `${method} ${path}`,
    account: from.account,
    region: from.region,
    accessKeyId: from.account,
    method,
    path,
    params: request.params ?? {},
    headers,
    body,
  };
};
