# Stands in for the VPC that you have. The capture fleet's stock image installs packages at each launch, hence NAT.

include "root" {
  path = find_in_parent_folders("root.hcl")
}

locals {
  release = read_terragrunt_config(find_in_parent_folders("release.hcl")).locals
}

terraform {
  source = "${local.release.repository}//examples/network?ref=${local.release.ref}"
}

inputs = {
  name       = "traffic-capture"
  cidr_block = "10.64.0.0/20"
  egress     = "nat"
}
