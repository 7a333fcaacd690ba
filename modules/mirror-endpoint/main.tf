module "identity" {
  source = "../identity"
}

module "existing" {
  source = "../existing"

  account_id   = local.account
  region       = local.region
  subnets      = { for endpoint in local.endpoints : endpoint.input => endpoint.subnet_id }
  vpcs         = local.vpcs_of_function
  subnet_lists = local.subnet_lists
}

# For the subnet's zone. Read at apply where the subnet is made in the same apply.
data "aws_subnet" "this" {
  for_each = local.endpoints

  id = module.existing.subnets[each.value.input]
}

locals {
  region  = module.identity.region
  account = module.identity.account_id
  arns    = module.identity.arns

  # Keys of the project's own tags, as in functions/core/tags.ts.
  tag_keys = {
    target_vpc     = "traffic-mirror:vpc"
    target_zone    = "traffic-mirror:zone"
    target_leaving = "traffic-mirror:leaving"
    endpoints      = "traffic-mirror:endpoints"
    idle_since     = "traffic-mirror:idle-since"
  }

  # The function finds subnets by the VPC. Where subnets are given, endpoints.tf compares them with it.
  vpcs_of_function = {
    for key, vpc in module.inputs.vpcs : "vpcs[\"${key}\"].vpc_id" => vpc.vpc_id if var.endpoint_management == "automatic"
  }
  subnet_lists = {
    for config in module.inputs.vpc_config[*] : "vpc_config.subnet_ids[%d]" => config.subnet_ids if length(local.automatic) > 0
  }

  # <vpc key>/<subnet key>: the caller's keys alone, because ids may be unknown at plan and positions in a list move.
  endpoints = merge([
    for vpc_key, vpc in module.inputs.vpcs : {
      for subnet_key, subnet_id in vpc.subnets : "${vpc_key}/${subnet_key}" => {
        vpc_key    = vpc_key
        subnet_key = subnet_key
        vpc_id     = vpc.vpc_id
        subnet_id  = subnet_id
        input      = "vpcs[\"${vpc_key}\"].subnets[\"${subnet_key}\"]"
      }
    }
  ]...)
}
