# One account as the root module makes it, in one state: where the way to a hub with clients begins.

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

module "network" {
  source = "../../../../../examples/network"

  name       = "capture"
  cidr_block = "10.64.0.0/20"
  egress     = "nat"
}

module "traffic_mirroring" {
  source = "../../../../.."

  name                         = "mirror"
  capture_vpc_id               = module.network.vpc_id
  capture_subnets              = module.network.subnets
  capture_instance_types       = ["t3.small"]
  capture_min_size             = 1
  capture_max_size             = 1
  capture_bucket_force_destroy = true
  vpcs                         = var.vpcs
}
