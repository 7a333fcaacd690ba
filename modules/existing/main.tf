# Whether there is what a caller named. The data sources of one VPC or subnet say that nothing matches, but not what was
# looked for; and a condition of their own would have Terraform read them at apply as soon as anything that they hang on
# changes ("Data source dependencies", Terraform language). These lists are read like any data, and an output's condition
# stops whatever is made of it.

locals {
  # A filter takes 200 values (DescribeSubnets, Amazon EC2 API Reference).
  lists = chunklist(values(var.subnets), 200)

  vpcs_found    = flatten(data.aws_vpcs.this[*].ids)
  subnets_found = flatten(concat(data.aws_subnets.this[*].ids, values(data.aws_subnets.listed)[*].ids))

  vpcs_missing    = [for input, id in var.vpcs : "${input} (${id})" if !contains(local.vpcs_found, id)]
  subnets_named   = merge(var.subnets, [for path, ids in var.subnet_lists : { for index, id in ids : format(path, index) => id }]...)
  subnets_missing = [for input, id in local.subnets_named : "${input} (${id})" if !contains(local.subnets_found, id)]

  place   = "in the account ${var.account_id} in ${var.region}"
  way_out = "Give ids of this account and region, or correct the provider's."
}

data "aws_vpcs" "this" {
  count = length(var.vpcs) > 0 ? 1 : 0

  filter {
    name   = "vpc-id"
    values = values(var.vpcs)
  }
}

data "aws_subnets" "this" {
  count = length(local.lists)

  filter {
    name   = "subnet-id"
    values = local.lists[count.index]
  }
}

# How many they are may be unknown at plan, so one read takes a whole list; of more than a filter takes it reads every subnet
# of the region.
data "aws_subnets" "listed" {
  for_each = var.subnet_lists

  dynamic "filter" {
    for_each = length(each.value) > 200 ? [] : [each.value]

    content {
      name   = "subnet-id"
      values = length(filter.value) == 0 ? ["none"] : filter.value
    }
  }
}
