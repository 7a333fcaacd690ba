/** Commands for ec2/ at run time, as JSON; checked, so that a misspelt field is an error. */
import * as z from "zod";
import { emitState } from "./events.js";
import { addSchema, addToFleet, type Added, type AddSpec } from "./fleet/control.js";
import type { InstanceState } from "./fleet/model.js";
import { instanceEntry } from "./fleet/render.js";
import type { Where } from "./moto-view.js";
import type { Region } from "./region.js";
import type { Share } from "./shares.js";
import { DEFAULT_QUOTAS, type Quotas } from "./store/model.js";

const where = { account: z.string().regex(/^\d{12}$/), region: z.string() };
const state = z.enum(["pending", "running", "shutting-down", "terminated", "stopping", "stopped"]);

const commandSchema = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("add"), ...where, spec: addSchema, emit: z.boolean().default(false) }),
  z.strictObject({
    do: z.literal("setState"),
    ...where,
    instanceId: z.string(),
    state,
    emit: z.boolean().default(false),
  }),
  z.strictObject({ do: z.literal("remove"), ...where, instanceId: z.string() }),
  z.strictObject({
    do: z.literal("attachInterface"),
    ...where,
    instanceId: z.string(),
    /** A free interface of the fleet; without it a new one is made. */
    interfaceId: z.string().optional(),
    deviceIndex: z.number().int().min(0).optional(),
  }),
  z.strictObject({ do: z.literal("detach"), ...where, interfaceId: z.string() }),
  z.strictObject({ do: z.literal("deleteInterface"), ...where, interfaceId: z.string() }),
  z.strictObject({ do: z.literal("list"), ...where }),
]);

export type FleetCommand = z.input<typeof commandSchema>;

const settingsSchema = z.strictObject({
  quotas: z
    .strictObject(
      Object.fromEntries(Object.keys(DEFAULT_QUOTAS).map((key) => [key, z.number().int().min(0).optional()])),
    )
    .optional(),
  pendingMilliseconds: z.number().int().min(0).max(60_000).optional(),
  shares: z
    .array(z.strictObject({ ...where, targetId: z.string(), with: z.array(where.account).min(1) }))
    .optional(),
});

interface Settings {
  readonly quotas?: Quotas;
  readonly shares?: readonly Share[];
  readonly pendingMilliseconds?: number;
}

export function parseSettings(json: unknown): Settings {
  const { quotas, shares, pendingMilliseconds } = settingsSchema.parse(json);
  return {
    ...(quotas && { quotas: quotasOf(quotas) }),
    ...(shares && { shares }),
    ...(pendingMilliseconds !== undefined && { pendingMilliseconds }),
  };
}

function quotasOf(quotas: Readonly<Record<string, number | undefined>>): Quotas {
  const given = Object.entries(quotas).filter(
    (entry): entry is [string, number] => typeof entry[1] === "number",
  );
  return { ...DEFAULT_QUOTAS, ...(Object.fromEntries(given) as Partial<Quotas>) };
}

export interface FleetControl {
  add(where: Where, spec: AddSpec): Added;
  /** Also for an instance of moto's, where it hides moto's own state until it is started, stopped or terminated. */
  setState(where: Where, instanceId: string, state: InstanceState): void;
  remove(where: Where, instanceId: string): void;
  attachInterface(where: Where, instanceId: string, interfaceId?: string, deviceIndex?: number): string;
  detach(where: Where, interfaceId: string): void;
  deleteInterface(where: Where, interfaceId: string): void;
  /** One command as JSON, for the control API. */
  control(json: unknown): Promise<unknown>;
}

export function createFleetControl(regionOf: (where: Where) => Region): FleetControl {
  const fleet: FleetControl = {
    add: (at, spec) => {
      const region = regionOf(at);
      const added = addToFleet(region.fleet, region.context, spec);
      // Rendered now, so that a bench that reads a new fleet does not measure this.
      for (const { id } of added.instances) {
        instanceEntry(region.fleet, region.fleet.getInstance(id), region.account, region.context.now());
      }
      return added;
    },
    setState: (at, instanceId, to) => {
      const region = regionOf(at);
      if (region.fleet.instances.get(instanceId)) {
        region.fleet.setState(instanceId, to);
      } else {
        region.moto.states.set(instanceId, to);
        region.moto.touched();
      }
    },
    remove: (at, instanceId) => regionOf(at).fleet.remove(instanceId),
    attachInterface: (at, instanceId, interfaceId, deviceIndex) => {
      const { fleet: own } = regionOf(at);
      const id = interfaceId ?? own.addInterface({}, own.getInstance(instanceId)).id;
      own.attach(id, instanceId, deviceIndex);
      return id;
    },
    detach: (at, interfaceId) => regionOf(at).fleet.detach(interfaceId),
    deleteInterface: (at, interfaceId) => regionOf(at).fleet.deleteInterface(interfaceId, true),
    control: async (json) => {
      const command = commandSchema.parse(json);
      const region = regionOf(command);
      switch (command.do) {
        case "add": {
          const added = fleet.add(command, command.spec);
          for (const { id } of command.emit ? added.instances : []) {
            await emitState(region.cloud, region, id, region.fleet.getInstance(id).state);
          }
          return added;
        }
        case "setState":
          fleet.setState(command, command.instanceId, command.state);
          if (command.emit) await emitState(region.cloud, region, command.instanceId, command.state);
          return {};
        case "remove":
          fleet.remove(command, command.instanceId);
          return {};
        case "attachInterface": {
          const { instanceId, interfaceId, deviceIndex } = command;
          return { interfaceId: fleet.attachInterface(command, instanceId, interfaceId, deviceIndex) };
        }
        case "detach":
          fleet.detach(command, command.interfaceId);
          return {};
        case "deleteInterface":
          fleet.deleteInterface(command, command.interfaceId);
          return {};
        case "list":
          return { instances: region.fleet.instances.values(), interfaces: region.fleet.interfaces.values() };
      }
    },
  };
  return fleet;
}
