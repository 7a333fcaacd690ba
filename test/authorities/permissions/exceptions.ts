/** What the check finds and is right all the same: a finding as it is written, and the reason. Each must still occur. */
export const exceptions: readonly { readonly finding: string; readonly reason: string }[] = [
  {
    finding: "module.endpoint: ec2:CreateVpcEndpoint needs route53:AssociateVPCWithHostedZone",
    reason:
      "For endpoints with a private DNS name. A Gateway Load Balancer endpoint has none (PrivateLink Guide, " +
      '"Access virtual appliances through AWS PrivateLink").',
  },
];
