# The smallest hub: what the client of test/e2e/two-accounts.test.ts connects to.

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

variable "clients" {
  description = "The register of client accounts."
  type        = any
}

module "network" {
  source = "../../../../examples/network"

  name       = "hub"
  cidr_block = "10.64.0.0/20"
  egress     = "nat"
}

module "capture_fleet" {
  source = "../../../../modules/capture-fleet"

  name                 = "hub"
  vpc_id               = module.network.vpc_id
  subnets              = module.network.subnets
  clients              = var.clients
  instance_types       = ["t3.small"]
  min_size             = 1
  max_size             = 1
  bucket_force_destroy = true
}

output "endpoint_service_name" {
  value = module.capture_fleet.endpoint_service_name
}

output "event_bus_arn" {
  value = module.capture_fleet.event_bus_arn
}

output "availability_zones" {
  value = module.capture_fleet.availability_zones
}
