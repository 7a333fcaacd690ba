module "identity" {
  source = "../identity"
}

# What has the region or the account in a name that cannot be changed keeps the name it was made with, even where a plan
# does not know them (modules/identity); another name of the caller's makes it anew.
resource "terraform_data" "name" {
  input = var.name
}

# For the subnet's zone. Read at apply where the subnet is made in the same apply.
data "aws_subnet" "this" {
  for_each = local.endpoints

  id = each.value.subnet_id
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

  # <vpc key>/<subnet key>: the caller's keys alone, because ids may be unknown at plan and positions in a list move.
  endpoints = merge([
    for vpc_key, vpc in module.inputs.vpcs : {
      for subnet_key, subnet_id in vpc.subnets : "${vpc_key}/${subnet_key}" => {
        vpc_key    = vpc_key
        subnet_key = subnet_key
        vpc_id     = vpc.vpc_id
        subnet_id  = subnet_id
      }
    }
  ]...)
}
