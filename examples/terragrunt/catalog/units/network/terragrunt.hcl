# Stands in for the VPCs that the account has: one for each of cidr_blocks.

include "root" {
  path = find_in_parent_folders("root.hcl")
}

locals {
  release = read_terragrunt_config(find_in_parent_folders("release.hcl")).locals
  ref     = values.ref == null ? local.release.ref : values.ref
}

generate "networks" {
  path      = "main.tf"
  if_exists = "overwrite"
  contents  = <<-EOT
    variable "cidr_blocks" {
      type = map(string)
    }

    variable "tags" {
      type = map(string)
    }

    module "network" {
      for_each = var.cidr_blocks
      source   = "${local.release.repository}//examples/network?ref=${local.ref}"

      name       = "mirrored-$${each.key}"
      cidr_block = each.value
      tags       = var.tags
    }

    output "vpcs" {
      value = { for key, network in module.network : key => { vpc_id = network.vpc_id, subnets = network.subnets } }
    }
  EOT
}

inputs = {
  cidr_blocks = values.cidr_blocks
}
