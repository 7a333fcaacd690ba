# Stands in for the VPC that you have, in each region. The capture fleet's stock image installs packages at each launch,
# hence NAT.

locals {
  release = read_terragrunt_config(find_in_parent_folders("release.hcl")).locals
  here    = read_terragrunt_config(find_in_parent_folders("region.hcl")).locals
}

terraform {
  source = "${local.release.repository}//examples/network?ref=${local.release.ref}"
}

inputs = {
  name       = "traffic-capture"
  cidr_block = local.here.cidr_block
  egress     = "nat"
}
