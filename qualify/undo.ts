/** How what a run has made is taken away again, each kind by its id. Gone already is as good. */
import { DeleteWarmPoolCommand, UpdateAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import {
  DeleteNetworkInterfaceCommand,
  DeleteSubnetCommand,
  DeleteTrafficMirrorFilterCommand,
  DeleteTrafficMirrorSessionCommand,
  DeleteTrafficMirrorTargetCommand,
  DeleteVpcCommand,
  DeleteVpcEndpointsCommand,
  DescribeSubnetsCommand,
  ModifyVpcEndpointServiceConfigurationCommand,
  ModifyVpcEndpointServicePermissionsCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { DeleteRoleCommand, DeleteRolePolicyCommand, ListRolePoliciesCommand } from "@aws-sdk/client-iam";
import { DeleteFunctionCommand } from "@aws-sdk/client-lambda";
import { DeleteParameterCommand } from "@aws-sdk/client-ssm";
import type { Clients } from "./clients.js";
import type { Kind } from "./journal.js";

const deleteRole = async ({ iam }: Clients, RoleName: string): Promise<void> => {
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  for (const PolicyName of PolicyNames) {
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  }
  await iam.send(new DeleteRoleCommand({ RoleName }));
};

/** DeleteVpcEndpoints answers 200 for what it does not delete, and names it. */
const deleteEndpoint = async ({ ec2 }: Clients, id: string): Promise<void> => {
  const { Unsuccessful = [] } = await ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }));
  const [failed] = Unsuccessful;
  if (failed === undefined) return;
  const error = new Error(`${id}: ${failed.Error?.Message ?? "not deleted"}`);
  error.name = failed.Error?.Code ?? "Unsuccessful";
  throw error;
};

/** A VPC that the run made, with its subnets. */
const deleteNetwork = async ({ ec2 }: Clients, VpcId: string): Promise<void> => {
  const Filters = [{ Name: "vpc-id", Values: [VpcId] }];
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters }));
  for (const { SubnetId } of Subnets) await ec2.send(new DeleteSubnetCommand({ SubnetId }));
  await ec2.send(new DeleteVpcCommand({ VpcId }));
};

/** `grant`: an endpoint service and who may use it, with a space between. */
const withdraw = async ({ ec2 }: Clients, grant: string): Promise<void> => {
  const [ServiceId = "", principal = ""] = grant.split(" ");
  await ec2.send(
    new ModifyVpcEndpointServicePermissionsCommand({ ServiceId, RemoveAllowedPrincipals: [principal] }),
  );
};

const UNDO: Readonly<Record<Kind, (clients: Clients, id: string) => Promise<unknown>>> = {
  session: ({ ec2 }, id) => ec2.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: id })),
  target: ({ ec2 }, id) => ec2.send(new DeleteTrafficMirrorTargetCommand({ TrafficMirrorTargetId: id })),
  filter: ({ ec2 }, id) => ec2.send(new DeleteTrafficMirrorFilterCommand({ TrafficMirrorFilterId: id })),
  endpoint: deleteEndpoint,
  instance: ({ ec2 }, id) => ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] })),
  interface: ({ ec2 }, id) => ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id })),
  role: deleteRole,
  function: ({ lambda }, id) => lambda.send(new DeleteFunctionCommand({ FunctionName: id })),
  parameter: ({ ssm }, id) => ssm.send(new DeleteParameterCommand({ Name: id })),
  "warm pool": ({ autoscaling }, id) =>
    autoscaling.send(new DeleteWarmPoolCommand({ AutoScalingGroupName: id, ForceDelete: true })),
  capacity: ({ autoscaling }, id) =>
    autoscaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: id, DesiredCapacity: 0 })),
  acceptance: ({ ec2 }, id) =>
    ec2.send(new ModifyVpcEndpointServiceConfigurationCommand({ ServiceId: id, AcceptanceRequired: false })),
  principal: withdraw,
  network: deleteNetwork,
};

const GONE =
  /NotFound|NoSuchEntity|ResourceNotFoundException|ParameterNotFound|TrafficMirror\w+NotFound|InvalidInstanceID/;

const isGone = (error: unknown): boolean =>
  error instanceof Error && (GONE.test(error.name) || /not found/i.test(error.message));

export const undo = async (clients: Clients, kind: Kind, id: string): Promise<void> => {
  try {
    await UNDO[kind](clients, id);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
};
