# Endpoints and controller of a client account, in one state, so that sessions move before a target goes.

include "root" {
  path = find_in_parent_folders("root.hcl")
}

locals {
  release = read_terragrunt_config(find_in_parent_folders("release.hcl")).locals
  ref     = values.ref == null ? local.release.ref : values.ref
  account = read_terragrunt_config(find_in_parent_folders("account.hcl")).locals
  region  = read_terragrunt_config(find_in_parent_folders("region.hcl")).locals.region
  vnis    = read_terragrunt_config(find_in_parent_folders("clients.hcl")).locals.clients[local.account.client].vnis[local.region]

  # A function chooses the subnets with "automatic".
  choose_subnets = try(values.endpoint_management, "terraform") == "terraform"

  given = merge({ name = "traffic-mirror" }, {
    for name, value in values : name => value if !contains(["cidr_blocks", "ref", "vpcs"], name) && value != null
  })
}

terraform {
  source = "${local.release.repository}//modules/mirror-client?ref=${local.ref}"

  # By the command line, since Terraform refuses there what the module has no input for. In the environment, where `inputs`
  # go, it passes over it.
  extra_arguments "values" {
    commands = get_terraform_commands_that_need_vars()
    arguments = [
      for name, value in local.given :
      "-var=${name}=${can(tostring(value)) ? tostring(value) : replace(jsonencode(value), "$${", join("$", ["", "$${"]))}"
    ]
  }
}

dependency "network" {
  config_path = "../network"

  mock_outputs = {
    vpcs = { main = { vpc_id = "vpc-00000000", subnets = { a = "subnet-00000001" } } }
  }
  # Not for plan: it reads the subnets' zones, so they must be there.
  mock_outputs_allowed_terraform_commands = ["init", "validate"]
}

# The hub of the region. Mocked for plan too, so that hub and clients can be planned before either is there.
dependency "hub" {
  config_path = "${dirname(find_in_parent_folders("root.hcl"))}/hub/${local.region}/capture-fleet"

  mock_outputs = {
    endpoint_service_name = "com.amazonaws.vpce.${local.region}.vpce-svc-00000000000000000"
    event_bus_arn         = "arn:aws:events:${local.region}:111111111111:event-bus/traffic-capture-hub"
    availability_zones    = {}
  }
  mock_outputs_allowed_terraform_commands = ["init", "validate", "plan"]
}

inputs = {
  endpoint_service_name = dependency.hub.outputs.endpoint_service_name
  hub_event_bus_arn     = dependency.hub.outputs.event_bus_arn

  # None is a hub that is not there yet.
  availability_zones = length(dependency.hub.outputs.availability_zones) == 0 ? null : dependency.hub.outputs.availability_zones

  # The stand-ins, and those that `vpcs` in the values names. The register has their numbers. Whatever else stands in one
  # goes to the module, which refuses what it does not know.
  vpcs = {
    for key, vpc in merge(dependency.network.outputs.vpcs, try(values.vpcs, {})) : key => merge(vpc, {
      vni = local.vnis[key]
      # Only the zones that the hub serves, by id: a zone's name means another zone in another account.
      subnets = {
        for id, subnet in try(vpc.subnets, {}) : id => subnet
        if local.choose_subnets && (
          length(dependency.hub.outputs.availability_zones) == 0 || contains([for zone in dependency.hub.outputs.availability_zones : zone.id], id)
        )
      }
    })
  }
}
