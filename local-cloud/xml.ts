/**
 * The wire format of EC2 and of the other query APIs: form fields in, XML out. Nothing here knows a resource.
 *
 * A value is rendered as EC2 renders it: an array becomes `<item>`s, an object its members, undefined nothing.
 */
import { randomUUID } from "node:crypto";
import type { Answer } from "./types.js";

export type Params = Record<string, string>;
export type Tags = Record<string, string>;

export interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

const EC2_NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/";
const XML_HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** Text that is XML already (a prerendered instance): `xml` puts it in as it is. */
export class RawXml {
  constructor(readonly text: string) {}
}

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

export function escapeXml(text: string): string {
  return /[&<>"]/.test(text) ? text.replace(/[&<>"]/g, (c) => ESCAPES[c] ?? c) : text;
}

export function xml(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (value instanceof RawXml) return value.text;
  if (Array.isArray(value)) return value.map((item) => `<item>${xml(item)}</item>`).join("");
  if (typeof value === "object") {
    let out = "";
    for (const [key, member] of Object.entries(value)) {
      if (member !== undefined && member !== null) out += `<${key}>${xml(member)}</${key}>`;
    }
    return out;
  }
  return escapeXml(String(value));
}

export function ec2Ok(action: string, content: unknown): Answer {
  const inner = `<requestId>${randomUUID()}</requestId>${xml(content)}`;
  return {
    status: 200,
    headers: { "content-type": "text/xml;charset=UTF-8" },
    body: Buffer.from(
      `${XML_HEADER}<${action}Response xmlns="${EC2_NAMESPACE}">${inner}</${action}Response>`,
    ),
  };
}

/** An error in the form of the service: EC2 has one of its own, every other query API shares another. */
export function ec2Error(service: string, code: string, message: string, status = 400): Answer {
  const error = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>`;
  const text =
    service === "ec2"
      ? `<Response><Errors><Error>${error}</Error></Errors><RequestID>${randomUUID()}</RequestID></Response>`
      : `<ErrorResponse><Error><Type>${status < 500 ? "Sender" : "Receiver"}</Type>${error}</Error>` +
        `<RequestId>${randomUUID()}</RequestId></ErrorResponse>`;
  return {
    status,
    headers: { "content-type": "text/xml;charset=UTF-8" },
    body: Buffer.from(XML_HEADER + text),
  };
}

/** `Name.1`, `Name.2` … in order; stops at the first gap. */
export function list(params: Params, name: string): string[] {
  const out: string[] = [];
  for (let i = 1; ; i++) {
    const value = params[`${name}.${i}`];
    if (value === undefined) return out;
    out.push(value);
  }
}

/** `Prefix.1.Key`/`Prefix.1.Value` … as an object; a key without a value has the empty value. */
export function tagList(params: Params, prefix: string): Tags {
  const tags: Tags = {};
  for (let i = 1; ; i++) {
    const key = params[`${prefix}.${i}.Key`];
    if (key === undefined) return tags;
    tags[key] = params[`${prefix}.${i}.Value`] ?? "";
  }
}

/** The tags that `TagSpecification.N` gives to one type of resource. */
export function tagSpec(params: Params, resourceType: string): Tags {
  const tags: Tags = {};
  for (let i = 1; ; i++) {
    const type = params[`TagSpecification.${i}.ResourceType`];
    if (type === undefined) return tags;
    if (type === resourceType) Object.assign(tags, tagList(params, `TagSpecification.${i}.Tag`));
  }
}

export function tagSet(tags: Tags): { key: string; value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

export function filters(params: Params): Filter[] {
  const out: Filter[] = [];
  for (let i = 1; ; i++) {
    const name = params[`Filter.${i}.Name`];
    if (name === undefined) return out;
    out.push({ name, values: list(params, `Filter.${i}.Value`) });
  }
}

/** A parsed element: text, a list (`<item>`s) or named members. */
export type Node = string | Node[] | { [name: string]: Node };

const UNESCAPES: Record<string, string> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
};

function unescapeXml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:lt|gt|quot|apos|amp|#\d+|#x[0-9a-fA-F]+);/g, (entity) => {
    if (entity.startsWith("&#x")) return String.fromCodePoint(parseInt(entity.slice(3, -1), 16));
    if (entity.startsWith("&#")) return String.fromCodePoint(Number(entity.slice(2, -1)));
    return UNESCAPES[entity] ?? entity;
  });
}

/**
 * Reads XML without attributes that matter, as EC2's answers are: the inverse of `xml`. An element whose members
 * are all `<item>` or `<member>` becomes a list; one that is empty becomes the empty string.
 */
export function parseXml(text: string): Node {
  const tag = /<([?!/]?)([A-Za-z_][\w.:-]*)?[^>]*?(\/?)>/g;
  const root: Element = { name: "", children: [], text: "" };
  const stack: Element[] = [root];
  let last = 0;
  for (let m = tag.exec(text); m; m = tag.exec(text)) {
    const top = stack[stack.length - 1] ?? root;
    if (m[1] === "?" || m[1] === "!") {
      last = tag.lastIndex;
    } else if (m[1] === "/") {
      top.text = text.slice(last, m.index);
      if (stack.length > 1) stack.pop();
    } else {
      const element: Element = { name: m[2] ?? "", children: [], text: "" };
      top.children.push(element);
      if (m[3] !== "/") stack.push(element);
    }
    last = tag.lastIndex;
  }
  return toNode(root);
}

interface Element {
  readonly name: string;
  readonly children: Element[];
  text: string;
}

function toNode(element: Element): Node {
  if (element.children.length === 0) return unescapeXml(element.text);
  if (element.children.every((c) => c.name === "item" || c.name === "member"))
    return element.children.map(toNode);
  const out: { [name: string]: Node } = {};
  for (const child of element.children) out[child.name] = toNode(child);
  return out;
}

/** Every text found by following the path; lists on the way are walked through. */
export function texts(node: Node | undefined, path: readonly string[], from = 0): string[] {
  if (node === undefined) return [];
  if (Array.isArray(node)) return node.flatMap((item) => texts(item, path, from));
  const step = path[from];
  if (step === undefined) return typeof node === "string" ? [node] : [];
  return typeof node === "string" ? [] : texts(node[step], path, from + 1);
}

/** The list at the path; an empty element counts as an empty list. */
export function items(node: Node | undefined, ...path: string[]): Node[] {
  let at = node;
  for (const step of path) {
    if (at === undefined || typeof at === "string" || Array.isArray(at)) return [];
    at = at[step];
  }
  return Array.isArray(at) ? at : [];
}
