/** Environment of a local cloud for one account, as `LocalCloudClient.env` gives it. */
export type CloudEnv = Readonly<Record<string, string>>;

/** A call of a service of which too little is asked here for an SDK client of its own. Throws with the answer. */
export const rawCall = async (
  env: CloudEnv,
  service: string,
  request:
    | { readonly target: string; readonly json?: unknown }
    | { readonly form: Readonly<Record<string, string>> },
): Promise<string> => {
  const scope = `${env["AWS_ACCESS_KEY_ID"] ?? ""}/20250101/${env["AWS_REGION"] ?? ""}/${service}/aws4_request`;
  const json = "target" in request;
  const response = await fetch(env["AWS_ENDPOINT_URL"] ?? "", {
    method: "POST",
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
      ...(json
        ? { "content-type": "application/x-amz-json-1.1", "x-amz-target": request.target }
        : { "content-type": "application/x-www-form-urlencoded" }),
    },
    body: json ? JSON.stringify(request.json ?? {}) : new URLSearchParams(request.form).toString(),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${service}: ${text.slice(0, 500)}`);
  return text;
};
