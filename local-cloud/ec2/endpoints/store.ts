/**
 * Gateway Load Balancer endpoints as the client sees them: "Access virtual appliances through AWS PrivateLink" and
 * CreateVpcEndpoint in the API reference. The caller looks up the service and passes it in.
 */
import { Ec2Fault } from "../fault.js";
import type { Fleet, Place } from "../fleet/fleet.js";
import { createId } from "../random.js";
import { checkTags } from "../store/checks.js";
import { Tokens } from "../store/tokens.js";
import type { Context, Tags } from "../store/model.js";
import { Timeline } from "../timeline.js";

export interface EndpointService {
  readonly name: string;
  readonly id: string;
  readonly owner: string;
  readonly acceptanceRequired: boolean;
  readonly zones: readonly string[];
  /** ARNs, `*`, or account ids that may make endpoints, the owner aside. */
  readonly principals: readonly string[];
  readonly gateway: boolean;
}

export type EndpointState = "pendingAcceptance" | "pending" | "available" | "rejected";

export interface Endpoint {
  readonly id: string;
  readonly seq: number;
  readonly serviceName: string;
  readonly serviceOwner: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly zone: string;
  readonly accepted: "waiting" | "yes" | "no";
  readonly createdAt: number;
  readonly availableAt: number;
  readonly interfaceId: string | undefined;
  readonly tags: Tags;
}

interface EndpointRequest {
  readonly service: EndpointService;
  readonly place: Place;
  readonly account: string;
  readonly tags: Tags;
}

/** How long a new endpoint stays pending under the switch, in milliseconds. */
const PENDING = 2_000;

export class EndpointStore {
  readonly endpoints: Timeline<Endpoint>;
  readonly #tokens: Tokens<Endpoint>;

  constructor(
    private readonly context: Context,
    private readonly fleet: Fleet,
  ) {
    this.endpoints = new Timeline(context.now);
    this.#tokens = new Tokens(context.now);
  }

  get(id: string): Endpoint {
    const found = this.endpoints.get(id);
    if (!found)
      throw new Ec2Fault("InvalidVpcEndpointId.NotFound", `The Vpc Endpoint Id '${id}' does not exist`);
    return found;
  }

  stateOf({ accepted, availableAt }: Endpoint, time = this.context.now()): EndpointState {
    if (accepted === "waiting") return "pendingAcceptance";
    if (accepted === "no") return "rejected";
    return time < availableAt ? "pending" : "available";
  }

  create(request: EndpointRequest, token?: string): Endpoint {
    const { service, place, tags } = request;
    return this.#tokens.once({
      token,
      request: { service: service.name, place, tags },
      find: (id) => this.endpoints.get(id),
      answerDeleted: this.context.switches.get("token-after-delete") === "answers-old",
      make: () => this.#make(request),
    });
  }

  #make({ service, place, account, tags }: EndpointRequest): Endpoint {
    if (!service.gateway) {
      throw new Ec2Fault(
        "InvalidParameter",
        `The service ${service.name} is not a Gateway Load Balancer service`,
      );
    }
    if (!isAllowed(service, account)) {
      throw new Ec2Fault("InvalidServiceName", `The Vpc Endpoint Service '${service.name}' does not exist`);
    }
    if (!service.zones.includes(place.zone)) {
      throw new Ec2Fault(
        "InvalidParameter",
        `The VPC endpoint service ${service.name} does not support the availability zone of the subnet: ${place.subnetId}.`,
      );
    }
    const inVpc = this.endpoints.values().filter((e) => e.vpcId === place.vpcId);
    if (inVpc.length >= this.context.quotas().endpointsPerVpc) {
      throw new Ec2Fault("VpcEndpointLimitExceeded", `The VPC ${place.vpcId} has ${inVpc.length} endpoints`);
    }
    const twin = inVpc.find((e) => e.serviceName === service.name && e.zone === place.zone);
    if (twin && this.context.switches.get("endpoints-per-zone") === "one") {
      throw new Ec2Fault(
        "DuplicateSubnetsInSameZone",
        `Endpoint ${twin.id} is in zone ${place.zone} already`,
      );
    }
    const id = createId("vpce", this.context.random);
    const waiting = service.acceptanceRequired && service.owner !== account;
    const now = this.context.now();
    const endpoint: Endpoint = {
      id,
      seq: this.context.nextSeq(),
      serviceName: service.name,
      serviceOwner: service.owner,
      vpcId: place.vpcId,
      subnetId: place.subnetId,
      zone: place.zone,
      accepted: waiting ? "waiting" : "yes",
      createdAt: now,
      availableAt: now + this.#delay(),
      interfaceId: this.#addInterface(id, place),
      tags: checkTags(tags),
    };
    this.endpoints.set(endpoint);
    return endpoint;
  }

  /** The service's owner accepts or rejects. */
  decide(id: string, accepted: boolean): void {
    const endpoint = this.get(id);
    const availableAt = this.context.now() + this.#delay();
    this.endpoints.set({ ...endpoint, accepted: accepted ? "yes" : "no", availableAt });
  }

  delete(id: string): void {
    const { interfaceId } = this.get(id);
    if (interfaceId !== undefined) this.fleet.deleteInterface(interfaceId, true);
    this.endpoints.delete(id);
  }

  #delay(): number {
    return this.context.switches.get("endpoint-availability") === "pending" ? PENDING : 0;
  }

  #addInterface(endpointId: string, place: Place): string {
    const attachment = {
      id: createId("eni-attach", this.context.random),
      deviceIndex: 1,
      deleteOnTermination: false,
    };
    return this.fleet.addInterface(
      {
        type: "gateway_load_balancer_endpoint",
        description: `VPC Endpoint Interface ${endpointId}`,
        requesterManaged: true,
        requesterId: "amazon-vpc-endpoints",
      },
      place,
      attachment,
    ).id;
  }
}

function isAllowed({ owner, principals }: EndpointService, account: string): boolean {
  if (owner === account) return true;
  return principals.some(
    (p) => p === "*" || p === account || new RegExp(`^arn:aws[a-z-]*:iam::${account}:`).test(p),
  );
}
