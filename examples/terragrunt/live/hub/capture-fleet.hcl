# The capture fleet of a region. What is one region's own is in its region.hcl.

locals {
  release = read_terragrunt_config(find_in_parent_folders("release.hcl")).locals
  here    = read_terragrunt_config(find_in_parent_folders("region.hcl")).locals
  clients = read_terragrunt_config(find_in_parent_folders("clients.hcl")).locals.clients

  fleet = merge({
    name = "traffic-capture"

    # A fleet to look at: one small node, and a bucket that destroy may empty.
    instance_types       = ["t3.small"]
    min_size             = 1
    max_size             = 2
    bucket_force_destroy = true
  }, local.here.fleet)
}

terraform {
  source = "${local.release.repository}//modules/capture-fleet?ref=${local.release.ref}"

  # By the command line, since Terraform refuses there what the module has no input for. In the environment, where `inputs`
  # go, it passes over it.
  extra_arguments "fleet" {
    commands = get_terraform_commands_that_need_vars()
    arguments = [
      for name, value in local.fleet :
      "-var=${name}=${can(tostring(value)) ? tostring(value) : replace(jsonencode(value), "$${", join("$", ["", "$${"]))}" if value != null
    ]
  }
}

dependency "network" {
  config_path = "${get_terragrunt_dir()}/../network"

  mock_outputs = {
    vpc_id  = "vpc-00000000"
    subnets = { "a" = "subnet-00000001", "b" = "subnet-00000002" }
  }
  # Not for plan: it reads the subnets' zones, so they must be there.
  mock_outputs_allowed_terraform_commands = ["init", "validate"]
}

inputs = {
  vpc_id  = dependency.network.outputs.vpc_id
  subnets = dependency.network.outputs.subnets

  # Accounts with a VPC in this region.
  clients = {
    for key, client in local.clients : key => { account_id = client.account_id, vnis = client.vnis[local.here.region] }
    if contains(keys(client.vnis), local.here.region)
  }
}
