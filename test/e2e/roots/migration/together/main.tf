# Step 1: hub and client as modules of their own, still in one state, and the hub hears of the client. Other accounts join by
# an entry in `clients`.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

variable "vpcs" {
  description = "VPCs to mirror."
  type        = map(object({ vpc_id = string, subnets = map(string), vni = number }))
}

data "aws_caller_identity" "this" {}

module "network" {
  source = "../../../../../examples/network"

  name       = "capture"
  cidr_block = "10.64.0.0/20"
  egress     = "nat"
}

module "capture_fleet" {
  source = "../../../../../modules/capture-fleet"

  name                 = "mirror"
  vpc_id               = module.network.vpc_id
  subnets              = module.network.subnets
  instance_types       = ["t3.small"]
  min_size             = 1
  max_size             = 1
  bucket_force_destroy = true

  clients = {
    self    = { account_id = data.aws_caller_identity.this.account_id, vnis = { for key, vpc in var.vpcs : key => vpc.vni } }
    another = { account_id = "222222222222" }
  }
}

module "mirror_client" {
  source = "../../../../../modules/mirror-client"

  name                  = "mirror"
  endpoint_service_name = module.capture_fleet.endpoint_service_name
  availability_zones    = module.capture_fleet.availability_zones
  hub_event_bus_arn     = module.capture_fleet.event_bus_arn
  vpcs                  = var.vpcs
  exclude               = { autoscaling_group_names = values(module.capture_fleet.autoscaling_group_names) }
}

moved {
  from = module.traffic_mirroring.module.capture_fleet
  to   = module.capture_fleet
}

moved {
  from = module.traffic_mirroring.module.mirror_client
  to   = module.mirror_client
}

output "hub" {
  description = "What a client needs of the hub."
  value = {
    endpoint_service_name = module.capture_fleet.endpoint_service_name
    availability_zones    = module.capture_fleet.availability_zones
    hub_event_bus_arn     = module.capture_fleet.event_bus_arn
  }
}
