/**
 * AWS's own models of its APIs, as botocore carries them ("data/<service>/<version>/service-2.json"): what each operation
 * takes. moto brings botocore; which release is the environment's, since models only grow.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Call } from "../types.js";

/** The parts of a shape that are read. */
export interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, Member>>;
  readonly member?: Member;
  readonly key?: Member;
  readonly value?: Member;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly flattened?: boolean;
  readonly payload?: string;
  readonly document?: boolean;
}

export interface Member {
  readonly shape: string;
  readonly locationName?: string;
  readonly queryName?: string;
  readonly location?: string;
  readonly flattened?: boolean;
  readonly documentation?: string;
}

export interface Operation {
  readonly name: string;
  readonly http: { readonly method: string; readonly requestUri: string };
  readonly input?: { readonly shape: string };
}

export interface Model {
  readonly metadata: {
    readonly apiVersion: string;
    readonly protocol: string;
    readonly serviceFullName: string;
  };
  readonly operations: Readonly<Record<string, Operation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** Where the folder is not called as the service signs. */
const FOLDERS: Readonly<Record<string, string>> = { monitoring: "cloudwatch" };
/** Classic load balancers and the others sign alike. */
const BY_VERSION: Readonly<Record<string, string>> = {
  "elasticloadbalancing/2012-06-01": "elb",
  "elasticloadbalancing/2015-12-01": "elbv2",
};

export class Models {
  readonly #known = new Map<string, Model | undefined>();

  /** `folder`: botocore's data. */
  constructor(private readonly folder: string) {}

  /** undefined for what AWS has no model of, such as calls that nobody signed. */
  of({ service, params }: Pick<Call, "service" | "params">): Model | undefined {
    const name = BY_VERSION[`${service}/${params["Version"] ?? "2015-12-01"}`] ?? FOLDERS[service] ?? service;
    if (!this.#known.has(name)) this.#known.set(name, this.#read(name));
    return this.#known.get(name);
  }

  #read(name: string): Model | undefined {
    const folder = join(this.folder, name);
    if (!/^[a-z0-9-]+$/.test(name) || !existsSync(folder)) return undefined;
    const file = join(folder, readdirSync(folder).sort().at(-1) ?? "", "service-2.json");
    const text = existsSync(file) ? readFileSync(file) : gunzipSync(readFileSync(`${file}.gz`));
    return JSON.parse(text.toString()) as Model;
  }
}
