include "root" {
  path = find_in_parent_folders("root.hcl")
}

locals {
  release = read_terragrunt_config(find_in_parent_folders("release.hcl")).locals
  clients = read_terragrunt_config(find_in_parent_folders("clients.hcl")).locals.clients
}

terraform {
  source = "${local.release.repository}//modules/capture-fleet?ref=${local.release.ref}"
}

dependency "network" {
  config_path = "../network"

  mock_outputs = {
    vpc_id  = "vpc-00000000"
    subnets = { "euw1-az1" = "subnet-00000001", "euw1-az2" = "subnet-00000002" }
  }
  # Not for plan: it reads the subnets' zones, so they must be there.
  mock_outputs_allowed_terraform_commands = ["init", "validate"]
}

inputs = {
  name    = "traffic-capture"
  vpc_id  = dependency.network.outputs.vpc_id
  subnets = dependency.network.outputs.subnets
  clients = local.clients

  # A fleet to look at: one small node, and a bucket that destroy may empty.
  instance_types       = ["t3.small"]
  min_size             = 1
  max_size             = 2
  bucket_force_destroy = true
}
