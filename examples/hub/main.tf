# The hub of many accounts: a VPC without a way in, the capture fleet in it, and what the fleet needs to work without
# the internet. Client accounts need three of its outputs: endpoint_service_name, event_bus_arn and availability_zones.

provider "aws" {
  region = var.region
}

data "aws_availability_zones" "this" {
  #checkov:skip=CKV_AWS_394:Only the first two names are used; var.availability_zones pins them where a new zone would change them.
  state = "available"

  # Local zones have no Gateway Load Balancer.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

data "aws_caller_identity" "this" {}

locals {
  zones = length(var.availability_zones) > 0 ? var.availability_zones : slice(sort(data.aws_availability_zones.this.names), 0, 2)
}

module "capture_fleet" {
  source = "../../modules/capture-fleet"

  name            = var.name
  vpc_id          = aws_vpc.this.id
  subnets         = { for zone in local.zones : zone => aws_route_table_association.nodes[zone].subnet_id }
  clients         = var.clients
  organization_id = var.organization_id

  # A group for each zone, so that no zone is without a node and no byte is charged for changing its zone.
  group_per_zone            = true
  cross_zone_load_balancing = false
  min_size                  = 1
  max_size                  = var.max_size_per_zone
  image_id                  = var.image_id
  instance_types            = var.instance_types
  root_volume_size          = 100

  # Tells clients apart, so that each one's traffic is below its own prefix.
  capture = {
    datapath = "bpf"
    packages = var.egress == "nat" ? "install" : "present"
    tool = {
      kind      = var.tool_image == null ? "tcpdump" : "container"
      image     = var.tool_image
      arguments = var.tool_arguments
    }
  }

  capacity = { expected_gbps = var.expected_gbps }

  https_destinations = {
    cidr_blocks     = [var.egress == "nat" ? "0.0.0.0/0" : var.cidr_block]
    prefix_list_ids = { s3 = aws_vpc_endpoint.s3.prefix_list_id }
  }

  object_lock          = var.object_lock
  bucket_force_destroy = var.bucket_force_destroy
  alarm_actions        = var.alarm_actions
  tags                 = var.tags
}
