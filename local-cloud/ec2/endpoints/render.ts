import { tagSet } from "../../xml.js";
import { tagFilter, type FilterTable } from "../filtering.js";
import type { Endpoint, EndpointState } from "./store.js";

export function endpointXml(endpoint: Endpoint, state: EndpointState, account: string) {
  const { id, interfaceId } = endpoint;
  return {
    vpcEndpointId: id,
    vpcEndpointType: "GatewayLoadBalancer",
    vpcId: endpoint.vpcId,
    serviceName: endpoint.serviceName,
    state,
    routeTableIdSet: [],
    subnetIdSet: [endpoint.subnetId],
    groupSet: [],
    ipAddressType: "ipv4",
    privateDnsEnabled: false,
    requesterManaged: false,
    networkInterfaceIdSet: interfaceId === undefined ? [] : [interfaceId],
    dnsEntrySet: [],
    creationTimestamp: new Date(endpoint.createdAt).toISOString(),
    tagSet: tagSet(endpoint.tags),
    ownerId: account,
  };
}

export const endpointFilters =
  (state: (endpoint: Endpoint) => EndpointState): FilterTable<Endpoint> =>
  (name) => {
    switch (name) {
      case "vpc-endpoint-id":
        return (e) => [e.id];
      case "vpc-id":
        return (e) => [e.vpcId];
      case "service-name":
        return (e) => [e.serviceName];
      case "vpc-endpoint-state":
        return (e) => [state(e)];
      case "vpc-endpoint-type":
        return () => ["GatewayLoadBalancer"];
      case "ip-address-type":
        return () => ["ipv4"];
      case "service-region":
        return () => [];
      default:
        return tagFilter(name, (e) => e.tags);
    }
  };

/** As the owner of the service sees it. */
export function connectionXml(endpoint: Endpoint, state: EndpointState, serviceId: string, account: string) {
  return {
    serviceId,
    vpcEndpointId: endpoint.id,
    vpcEndpointOwner: account,
    vpcEndpointState: state,
    creationTimestamp: new Date(endpoint.createdAt).toISOString(),
    gatewayLoadBalancerArnSet: [],
    dnsEntrySet: [],
    ipAddressType: "ipv4",
  };
}
