data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

# For the subnet's zone. Read at apply where the subnet is made in the same apply.
data "aws_subnet" "this" {
  for_each = local.endpoints

  id = each.value.subnet_id
}

locals {
  # id and not name: the name of this attribute differs between versions 5 and 6 of the provider, the id does not.
  region    = data.aws_region.current.id
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition

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
    for vpc_key, vpc in var.vpcs : {
      for subnet_key, subnet_id in vpc.subnets : "${vpc_key}/${subnet_key}" => {
        vpc_key    = vpc_key
        subnet_key = subnet_key
        vpc_id     = vpc.vpc_id
        subnet_id  = subnet_id
      }
    }
  ]...)
}
