/**
 * Demands as versions before 0.1.0 kept them: one SSM parameter for each interface. They are read once, become claims
 * (functions/sweep/earlier-demands.ts), and are deleted.
 */
import {
  DeleteParametersCommand,
  GetParametersByPathCommand,
  type Parameter,
  type SSMClient,
} from "@aws-sdk/client-ssm";
import * as z from "zod/mini";
import type { Claim } from "../core/demands/claim.js";
import { everyPage } from "./pages.js";

/** Most parameters that one call reads or deletes (API reference, GetParametersByPath, DeleteParameters). */
const MAX_PER_CALL = 10;

const time = z.pipe(
  z.iso.datetime(),
  z.transform((text: string) => Date.parse(text)),
);
const stored = z.object({
  network_interface_id: z.string(),
  status: z.enum(["requested", "mirrored", "refused", "ended"]),
  session_id: z.nullable(z.string()),
  since: time,
  claims: z.array(z.object({ by: z.string(), since: time, expires_at: time, note: z.optional(z.string()) })),
});

export interface EarlierDemands {
  /** `parameters`: the names of all, of those as well that cannot be read. */
  read(): Promise<{ readonly claims: readonly Claim[]; readonly parameters: readonly string[] }>;
  remove(parameters: readonly string[]): Promise<void>;
}

export function createEarlierDemands(client: SSMClient, path: string): EarlierDemands {
  return {
    async read() {
      const found = await everyPage("GetParametersByPath", async (NextToken) => {
        const page = await client.send(
          new GetParametersByPathCommand({ Path: path, MaxResults: MAX_PER_CALL, NextToken }),
        );
        return { items: page.Parameters ?? [], next: page.NextToken };
      });
      return {
        claims: found.flatMap(claimsOf),
        parameters: found.flatMap(({ Name }) => Name ?? []),
      };
    },
    async remove(parameters) {
      for (let from = 0; from < parameters.length; from += MAX_PER_CALL) {
        await client.send(
          new DeleteParametersCommand({ Names: parameters.slice(from, from + MAX_PER_CALL) }),
        );
      }
    },
  };
}

/** None of a parameter that cannot be read. */
function claimsOf({ Value = "" }: Parameter): readonly Claim[] {
  let json: unknown;
  try {
    json = JSON.parse(Value);
  } catch {
    return [];
  }
  const parsed = stored.safeParse(json);
  if (!parsed.success) return [];
  const { network_interface_id: interfaceId, status, session_id: sessionId, since: at, claims } = parsed.data;
  return claims.map(({ by, since, expires_at: until, note }) => ({
    // An identified requester was known by its source.
    requester: by.replace(/^traffic-mirror\//, ""),
    interfaceId,
    status,
    at,
    since,
    until,
    received: since,
    ...(sessionId !== null && { sessionId }),
    ...(note !== undefined && { note }),
  }));
}
