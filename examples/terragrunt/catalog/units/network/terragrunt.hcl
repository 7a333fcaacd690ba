# Stands in for the VPCs that the account has.

include "root" {
  path = find_in_parent_folders("root.hcl")
}

locals {
  release = read_terragrunt_config(find_in_parent_folders("release.hcl")).locals
  ref     = values.ref == null ? local.release.ref : values.ref
}

terraform {
  source = "${local.release.repository}//examples/network?ref=${local.ref}"
}

inputs = {
  name       = "mirrored"
  cidr_block = values.cidr_block
}
