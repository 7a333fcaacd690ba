# Traffic mirroring within one account: a VPC with a small capture fleet, a VPC whose instances are mirrored to it,
# and everything between them. Launch instances into the source VPC and their sessions appear.

provider "aws" {
  region = var.region
}

data "aws_availability_zones" "this" {
  #checkov:skip=CKV_AWS_394:Only the first three names are used; var.availability_zones pins them where a new zone would change them.
  state = "available"

  # Local zones have no Gateway Load Balancer.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  available_zones = sort(data.aws_availability_zones.this.names)

  # The source VPC has a zone more than the fleet. A Gateway Load Balancer endpoint can be made only in a zone of the
  # fleet's load balancer, so the last zone has none, and its instances are mirrored to a target in another one.
  first_zones    = slice(local.available_zones, 0, min(3, length(local.available_zones)))
  source_zones   = length(var.availability_zones) > 0 ? var.availability_zones : local.first_zones
  capture_zones  = slice(local.source_zones, 0, 2)
  endpoint_zones = slice(local.capture_zones, 0, var.endpoint_zones)
}

module "traffic_mirroring" {
  source = "../../"

  name            = var.name
  capture_vpc_id  = aws_vpc.capture.id
  capture_subnets = { for zone in local.capture_zones : zone => aws_route_table_association.capture[zone].subnet_id }

  vpcs = {
    source = {
      vpc_id  = aws_vpc.source.id
      subnets = { for zone in local.endpoint_zones : zone => aws_subnet.source[zone].id }
      vni     = 100
    }
  }

  sources = length(var.source_tags) == 0 ? null : {
    tags = [{ name = "marked", tags = var.source_tags }]
  }
  mode                = var.mode
  schedule_expression = var.schedule_expression

  # A fleet to look at, not to capture with: one small node, and a bucket that destroy may empty.
  capture_instance_types       = ["t3.small"]
  capture_min_size             = 1
  capture_max_size             = 2
  capture_bucket_force_destroy = true

  alarm_actions = var.alarm_actions
  tags          = var.tags
}
