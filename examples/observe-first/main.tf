# A rollout in three applies: look, a tenth, all. Nothing is mirrored in the first; what would be is logged and counted.

provider "aws" {
  region = var.region
}

locals {
  stages = {
    observe = { mode = "observe", guardrails = {} }
    # By a stable hash of the interface, so that later shares contain the earlier ones; the ceiling holds all the same.
    tenth = { mode = "enforce", guardrails = { rollout_percent = 10, max_sessions = var.max_sessions } }
    all   = { mode = "enforce", guardrails = {} }
  }
}

module "capture_network" {
  source = "../network"

  name       = "${var.name}-capture"
  cidr_block = "10.64.0.0/20"
  egress     = "nat" # for the stock image, which installs packages at each launch
  tags       = var.tags
}

module "source_network" {
  source = "../network"

  name       = "${var.name}-source"
  cidr_block = "10.65.0.0/20"
  tags       = var.tags
}

module "traffic_mirroring" {
  source = "../../"

  name            = var.name
  capture_vpc_id  = module.capture_network.vpc_id
  capture_subnets = module.capture_network.subnets

  vpcs = {
    source = {
      vpc_id  = module.source_network.vpc_id
      subnets = module.source_network.subnets
      vni     = 100
    }
  }

  # Everything in the VPC, the usual wish and the one that needs care.
  sources    = null
  mode       = local.stages[var.stage].mode
  guardrails = local.stages[var.stage].guardrails

  capture_instance_types       = ["t3.small"]
  capture_min_size             = 1
  capture_max_size             = 2
  capture_bucket_force_destroy = true
  alarm_actions                = var.alarm_actions
  tags                         = var.tags
}
