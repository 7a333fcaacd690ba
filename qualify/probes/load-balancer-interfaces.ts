import { DescribeNetworkInterfacesCommand } from "@aws-sdk/client-ec2";
import { refusal } from "../clients.js";
import { acceptedOrRefused } from "../judge.js";
import { unknown } from "../model.js";
import { probe } from "../probe.js";

export const loadBalancerInterfaces = probe("load-balancer-interfaces", async (stage) => {
  // "ELB app/<name>/<id>", as the load balancer's ARN ends.
  const [, name = ""] = stage.outputs.application_load_balancer.split(":loadbalancer/");
  const { NetworkInterfaces = [] } = await stage.clients.ec2.send(
    new DescribeNetworkInterfacesCommand({ Filters: [{ Name: "description", Values: [`ELB ${name}`] }] }),
  );
  const [found] = NetworkInterfaces;
  if (found === undefined) return unknown("The load balancer shows no interface.");
  let session: string | undefined;
  const code = await refusal(stage.session(found.NetworkInterfaceId ?? "").then((id) => (session = id)));
  if (session !== undefined) await stage.undo("session", session);
  return acceptedOrRefused("A session on the interface of an Application Load Balancer", code);
});
