import { Ec2Fault } from "../fault.js";
import { createId } from "../random.js";
import { checkTags } from "../store/checks.js";
import type { Context, SourceFacts, Tags } from "../store/model.js";
import { Timeline } from "../timeline.js";
import type { Attachment, FleetInstance, FleetInterface, InstanceState } from "./model.js";

export interface Place {
  readonly vpcId: string;
  readonly subnetId: string;
  readonly zone: string;
}

export interface InterfaceSpec {
  readonly id?: string | undefined;
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  readonly requesterManaged?: boolean | undefined;
  readonly requesterId?: string | undefined;
  readonly ipv6Only?: boolean | undefined;
  readonly tags?: Tags | undefined;
  readonly deleteOnTermination?: boolean | undefined;
  /** Where it is, if not where its instance is. */
  readonly place?: Place | undefined;
}

export interface InstanceSpec extends Place {
  readonly id?: string | undefined;
  readonly type: string;
  readonly state: InstanceState;
  readonly tags: Tags;
  readonly interfaces: readonly InterfaceSpec[];
  readonly reservationId?: string | undefined;
}

/** The instances and interfaces of one account and region that exist in memory only. */
export class Fleet {
  readonly instances: Timeline<FleetInstance>;
  readonly interfaces: Timeline<FleetInterface>;

  constructor(
    private readonly context: Context,
    /** Called once for every interface that is gone. */
    private readonly onInterfaceDeleted: (interfaceId: string) => void,
  ) {
    this.instances = new Timeline(context.now);
    this.interfaces = new Timeline(context.now);
  }

  getInstance(id: string): FleetInstance {
    const found = this.instances.get(id);
    if (!found) throw new Ec2Fault("InvalidInstanceID.NotFound", `The instance ID '${id}' does not exist`);
    return found;
  }

  getInterface(id: string): FleetInterface {
    const found = this.interfaces.get(id);
    if (!found) {
      throw new Ec2Fault(
        "InvalidNetworkInterfaceID.NotFound",
        `The networkInterface ID '${id}' does not exist`,
      );
    }
    return found;
  }

  addInstance(spec: InstanceSpec): FleetInstance {
    const id = spec.id ?? this.#id("i");
    if (this.instances.get(id)) throw new Error(`instance ${id} exists already`);
    const { vpcId, subnetId, zone, type, state, tags } = spec;
    const seq = this.context.nextSeq();
    const gone = state === "terminated";
    const interfaceIds = (gone ? [] : spec.interfaces).map((each, deviceIndex) => {
      const attachment = this.#attachment(id, deviceIndex, each.deleteOnTermination ?? true);
      return this.addInterface(each, each.place ?? { vpcId, subnetId, zone }, attachment).id;
    });
    const instance: FleetInstance = {
      id,
      seq,
      reservationId: spec.reservationId ?? this.#id("r"),
      vpcId,
      subnetId,
      zone,
      type,
      state,
      launchedAt: this.context.now(),
      tags,
      interfaceIds,
    };
    this.instances.set(instance);
    return instance;
  }

  addInterface(spec: InterfaceSpec, place: Place, attachment?: Attachment): FleetInterface {
    const id = spec.id ?? this.#id("eni");
    if (this.interfaces.get(id)) throw new Error(`interface ${id} exists already`);
    const seq = this.context.nextSeq();
    const { vpcId, subnetId, zone } = place;
    const added: FleetInterface = {
      id,
      seq,
      vpcId,
      subnetId,
      zone,
      type: spec.type ?? "interface",
      description: spec.description ?? "",
      requesterManaged: spec.requesterManaged ?? false,
      requesterId: spec.requesterId,
      privateIp: spec.ipv6Only ? undefined : `10.${(seq >> 16) & 255}.${(seq >> 8) & 255}.${seq & 255}`,
      ipv6: spec.ipv6Only ? `2001:db8::${(seq & 0xffff).toString(16)}` : undefined,
      tags: spec.tags ?? {},
      attachment,
    };
    this.interfaces.set(added);
    return added;
  }

  /** Terminating takes the interfaces along, except those to be kept: these stay, detached. */
  setState(id: string, state: InstanceState): void {
    const instance = this.getInstance(id);
    if (state !== "terminated" && state !== "shutting-down") {
      this.instances.set({ ...instance, state });
      return;
    }
    if (state === "terminated") {
      for (const interfaceId of instance.interfaceIds) {
        const each = this.getInterface(interfaceId);
        if (each.attachment?.deleteOnTermination === false)
          this.interfaces.set({ ...each, attachment: undefined });
        else this.deleteInterface(interfaceId, true);
      }
    }
    this.instances.set({
      ...instance,
      state,
      interfaceIds: state === "terminated" ? [] : instance.interfaceIds,
    });
  }

  /** Forgets an instance and its interfaces, as EC2 does about an hour after termination. */
  remove(id: string): void {
    const { interfaceIds } = this.getInstance(id);
    for (const interfaceId of interfaceIds) this.deleteInterface(interfaceId, true);
    this.instances.delete(id);
  }

  attach(interfaceId: string, instanceId: string, deviceIndex?: number): Attachment {
    const free = this.getInterface(interfaceId);
    const instance = this.getInstance(instanceId);
    if (free.attachment) throw new Ec2Fault("InvalidParameterValue", `Interface: [${interfaceId}] in use.`);
    const taken = instance.interfaceIds.map((each) => this.getInterface(each).attachment?.deviceIndex);
    const index = deviceIndex ?? instance.interfaceIds.length;
    if (taken.includes(index)) {
      throw new Ec2Fault(
        "InvalidParameterValue",
        `Instance '${instanceId}' already has an interface at ${index}`,
      );
    }
    const attachment = this.#attachment(instanceId, index, false);
    this.interfaces.set({ ...free, attachment });
    this.instances.set({ ...instance, interfaceIds: [...instance.interfaceIds, interfaceId] });
    return attachment;
  }

  detach(interfaceId: string): void {
    const each = this.getInterface(interfaceId);
    const instanceId = each.attachment?.instanceId;
    if (each.attachment?.deviceIndex === 0 && instanceId !== undefined) {
      throw new Ec2Fault(
        "OperationNotPermitted",
        "The network interface at device index 0 cannot be detached",
      );
    }
    this.#unlink(each);
    this.interfaces.set({ ...each, attachment: undefined });
  }

  deleteInterface(id: string, force = false): void {
    const each = this.getInterface(id);
    if (each.attachment && !force) {
      throw new Ec2Fault("InvalidParameterValue", `Network interface '${id}' is currently in use.`);
    }
    this.#unlink(each);
    this.interfaces.delete(id);
    this.onInterfaceDeleted(id);
  }

  setTags(id: string, tags: Tags): void {
    checkTags(tags);
    const instance = this.instances.get(id);
    if (instance) this.instances.set({ ...instance, tags });
    else this.interfaces.set({ ...this.getInterface(id), tags });
  }

  keepOnTermination(interfaceId: string, keep: boolean): void {
    const each = this.getInterface(interfaceId);
    if (!each.attachment) return;
    this.interfaces.set({ ...each, attachment: { ...each.attachment, deleteOnTermination: !keep } });
    const instance = this.instances.get(each.attachment.instanceId ?? "");
    if (instance) this.instances.set({ ...instance });
  }

  sourceFacts(interfaceId: string): SourceFacts | undefined {
    const each = this.interfaces.get(interfaceId);
    if (!each) return undefined;
    const instance = this.instances.get(each.attachment?.instanceId ?? "");
    return {
      id: each.id,
      type: each.type,
      status: each.attachment ? "in-use" : "available",
      requesterManaged: each.requesterManaged,
      requesterId: each.requesterId,
      description: each.description,
      instance: instance && { id: instance.id, type: instance.type, state: instance.state },
    };
  }

  #unlink(each: FleetInterface): void {
    const instance = this.instances.get(each.attachment?.instanceId ?? "");
    if (!instance) return;
    const interfaceIds = instance.interfaceIds.filter((id) => id !== each.id);
    this.instances.set({ ...instance, interfaceIds });
  }

  #attachment(instanceId: string, deviceIndex: number, deleteOnTermination: boolean): Attachment {
    return { id: this.#id("eni-attach"), instanceId, deviceIndex, deleteOnTermination };
  }

  #id(prefix: string): string {
    return createId(prefix, this.context.random);
  }
}
