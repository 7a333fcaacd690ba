data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

data "aws_vpc" "this" {
  id = var.vpc_id
}

data "aws_subnet" "this" {
  for_each = var.subnets

  id = each.value
}

locals {
  # id and not name: the name of this attribute differs between versions 5 and 6 of the provider, the id does not.
  region     = data.aws_region.current.id
  partition  = data.aws_partition.current.partition
  dns_suffix = data.aws_partition.current.dns_suffix
  account_id = data.aws_caller_identity.current.account_id

  tags = merge(var.tags, { Name = var.name })

  # UDP port of GENEVE (RFC 8926). A Gateway Load Balancer knows no other.
  geneve_port = 6081

  # Where the nodes may write in the bucket: packets, and what says which object holds which time.
  capture_prefix = "captures/"
  index_prefix   = "index/"

  metrics_namespace = "TrafficMirror"
}
