# A VPC for the other examples to stand on: a subnet in each zone, no way in, and the way out that var.egress says.
# Where VPCs exist already, leave this out and give their ids.

data "aws_availability_zones" "this" {
  #checkov:skip=CKV_AWS_394:Only the first ids are used, in their order, so that a zone added at the end changes nothing; var.zone_ids pins them.
  state = "available"

  # Local zones have no Gateway Load Balancer.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  # By id: the same name may mean another zone in another account, and endpoints must be in a zone of the hub's.
  zone_ids = var.zone_ids == null ? slice(sort(data.aws_availability_zones.this.zone_ids), 0, 2) : var.zone_ids
}

resource "aws_vpc" "this" {
  #checkov:skip=CKV2_AWS_11:Flow logs of an example would only cost.
  cidr_block           = var.cidr_block
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = merge(var.tags, { Name = var.name })
}

# Closed: whatever is made here without a group of its own can talk to nobody.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = "${var.name}-default" })
}

resource "aws_subnet" "this" {
  for_each = toset(local.zone_ids)

  vpc_id               = aws_vpc.this.id
  availability_zone_id = each.key
  cidr_block           = cidrsubnet(var.cidr_block, 4, index(local.zone_ids, each.key))
  tags                 = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

resource "aws_route_table" "this" {
  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = var.name })
}

resource "aws_route_table_association" "this" {
  for_each = aws_subnet.this

  subnet_id      = each.value.id
  route_table_id = aws_route_table.this.id

  # The outputs are of the association: whoever starts nodes in a subnet waits for its way out, and on destroy the way
  # goes after the nodes, which upload what they still have.
  depends_on = [
    aws_route.nat,
    aws_vpc_endpoint.s3,
    aws_vpc_endpoint.interface,
    aws_vpc_security_group_ingress_rule.endpoints,
  ]
}

# Costs nothing, and is the way by which capture nodes keep what they capture.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${data.aws_region.current.id}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.this.id]
  tags              = merge(var.tags, { Name = "${var.name}-s3" })
}

data "aws_region" "current" {}
