/** What the balancer, a process in a namespace of its own, is told and tells: a line of JSON each. */
import type { Thresholds } from "./health.js";

export interface Setup {
  readonly endpoints: readonly { readonly id: string; readonly address: string }[];
  readonly health: Thresholds & {
    readonly port: number;
    readonly path: string;
    readonly intervalSeconds: number;
    readonly timeoutSeconds: number;
  };
  /** Of the product's input: which fields of a packet to an endpoint make a flow. */
  readonly stickiness: "source_ip_dest_ip" | "source_ip_dest_ip_proto" | "none";
}

export type Order =
  | { readonly kind: "setup"; readonly setup: Setup }
  /** Addresses of all targets that are registered. */
  | { readonly kind: "targets"; readonly addresses: readonly string[] }
  | { readonly kind: "tell" };

export interface Told {
  readonly received: number;
  /** What had no target, or could not be sent. */
  readonly dropped: number;
  readonly flows: number;
  readonly targets: readonly { readonly address: string; readonly healthy: boolean; readonly sent: number }[];
}

export type News = { readonly kind: "ready" } | { readonly kind: "told"; readonly told: Told };
