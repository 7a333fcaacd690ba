/** The JSON with which a test or a bench fills the memory with instances: see the top of ../index.ts. */
import * as z from "zod";
import type { Fleet, InterfaceSpec } from "./fleet.js";
import { createId } from "../random.js";
import type { Context } from "../store/model.js";

const tags = z.record(z.string(), z.string());
const state = z.enum(["pending", "running", "shutting-down", "terminated", "stopping", "stopped"]);
const subnets = z.array(z.strictObject({ subnetId: z.string(), zone: z.string() })).min(1);

const interfaceSpec = z.strictObject({
  id: z.string().optional(),
  type: z.string().optional(),
  description: z.string().optional(),
  requesterManaged: z.boolean().optional(),
  requesterId: z.string().optional(),
  ipv6Only: z.boolean().optional(),
  tags: tags.optional(),
  deleteOnTermination: z.boolean().optional(),
});

const instanceSpec = z.strictObject({
  id: z.string().optional(),
  subnetId: z.string().optional(),
  type: z.string().optional(),
  state: state.optional(),
  tags: tags.optional(),
  interfaces: z.array(interfaceSpec).min(1).optional(),
});

export const addSchema = z
  .strictObject({
    /** So many alike, or `instances` one by one. */
    count: z.number().int().min(1).max(100_000).optional(),
    instances: z.array(instanceSpec).optional(),
    /** Interfaces without an instance: of services, load balancers, or not attached. */
    interfaces: z
      .array(interfaceSpec.extend({ subnetId: z.string().optional(), attached: z.boolean().optional() }))
      .optional(),
    vpcId: z.string(),
    /** Taken in turn. */
    subnets,
    instanceType: z.string().default("m5.large"),
    interfacesPerInstance: z.number().int().min(1).max(15).default(1),
    instancesPerReservation: z.number().int().min(1).default(4),
    tags: tags.default({}),
    state: state.default("running"),
  })
  .refine((spec) => spec.count !== undefined || spec.instances || spec.interfaces, {
    message: "one of count, instances and interfaces must be given",
  });

export type AddSpec = z.input<typeof addSchema>;

export interface Added {
  readonly instances: { id: string; interfaceIds: readonly string[] }[];
  readonly interfaces: string[];
}

export function addToFleet(fleet: Fleet, context: Context, input: AddSpec): Added {
  const spec = addSchema.parse(input);
  const wanted = [
    ...Array.from({ length: spec.count ?? 0 }, () => ({})),
    ...(spec.instances ?? []),
  ] as z.infer<typeof instanceSpec>[];
  const placeOf = (subnetId: string | undefined, turn: number) => {
    const found =
      subnetId === undefined
        ? spec.subnets[turn % spec.subnets.length]
        : spec.subnets.find((s) => s.subnetId === subnetId);
    if (!found) throw new Error(`subnet ${subnetId ?? ""} is not among the subnets given`);
    return { vpcId: spec.vpcId, ...found };
  };
  let reservationId = "";
  const instances = wanted.map((each, i) => {
    if (i % spec.instancesPerReservation === 0) reservationId = createId("r", context.random);
    const alike: InterfaceSpec[] = Array.from({ length: spec.interfacesPerInstance }, () => ({}));
    const added = fleet.addInstance({
      ...placeOf(each.subnetId, i),
      id: each.id,
      type: each.type ?? spec.instanceType,
      state: each.state ?? spec.state,
      tags: { ...spec.tags, ...each.tags },
      interfaces: each.interfaces ?? alike,
      reservationId,
    });
    return { id: added.id, interfaceIds: added.interfaceIds };
  });
  const interfaces = (spec.interfaces ?? []).map(({ subnetId, attached, ...each }, i) => {
    // A service attaches what it manages to an instance that the account cannot see.
    const attachment = {
      id: createId("eni-attach", context.random),
      deviceIndex: 1,
      deleteOnTermination: false,
    };
    const isAttached = attached ?? each.requesterManaged ?? false;
    return fleet.addInterface(each, placeOf(subnetId, i), isAttached ? attachment : undefined).id;
  });
  return { instances, interfaces };
}
