# What `make qualify` applies: the hub and one client in one account, as small as they come, and beside them what the
# probes stand on (probes.tf). It is destroyed by the same run.

provider "aws" {
  region = var.region

  default_tags {
    tags = { qualification = var.name }
  }
}

locals {
  zone_ids = sort(keys(module.source_network.subnets))

  # What tells its instances from each other: the value is the run's, so that nothing else can carry it.
  mirrored = { Mirrored = var.name }
  watched  = { Watched = var.name }
}

module "capture_network" {
  source = "../../examples/network"

  name       = "${var.name}-hub"
  cidr_block = "10.64.0.0/20"
  egress     = "nat"
}

module "source_network" {
  source = "../../examples/network"

  name       = "${var.name}-client"
  cidr_block = "10.65.0.0/20"
}

module "traffic_mirroring" {
  source = "../.."

  name            = var.name
  capture_vpc_id  = module.capture_network.vpc_id
  capture_subnets = module.capture_network.subnets

  vpcs = {
    client = {
      vpc_id  = module.source_network.vpc_id
      subnets = { for id in slice(local.zone_ids, 0, var.endpoint_zones) : id => module.source_network.subnets[id] }
      vni     = 4711
    }
  }

  sources = {
    tags = [
      { name = "mirrored", tags = local.mirrored },
      { name = "watched", tags = local.watched, on = "guardduty" },
    ]
  }
  lifecycle_hooks = { held = { autoscaling_group_name = aws_autoscaling_group.held.name } }

  # A run launches and ends most of what it has within minutes, which a guardrail would rightly hold.
  guardrails = { removal_percent = 100 }

  capture_instance_types       = ["t3.small"]
  capture_min_size             = 1
  capture_max_size             = 1
  capture_bucket_force_destroy = true

  # A file a minute, which a reader finds words in.
  capture = {
    datapath    = "bpf"
    rotation    = { seconds = 60 }
    compression = { method = "none" }
  }
  log_retention_days = 1
}
