# A client account as a platform team has it: endpoints and controller in one root, the network and the hub elsewhere.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

variable "name" {
  type = string
}

variable "endpoint_service_name" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "management" {
  type    = string
  default = "automatic"
}

variable "subnets" {
  type    = map(string)
  default = {}
}

variable "zones" {
  type    = string
  default = "subnets"
}

module "mirror_endpoint" {
  source = "../../../../modules/mirror-endpoint"

  name                  = var.name
  endpoint_service_name = var.endpoint_service_name
  endpoint_management   = var.management
  automatic             = { zones = var.zones, idle_minutes = 0 }
  vpcs                  = { prod = { vpc_id = var.vpc_id, subnets = var.subnets, vni = 100 } }
  tags                  = { Team = "security" }
}

module "mirror_controller" {
  source = "../../../../modules/mirror-controller"

  name = var.name
  vpcs = module.mirror_endpoint.vpcs
  pace = { events_per_second = 500, events_burst = 500, sweep_per_second = 500, sweep_burst = 500 }
}

output "endpoint_summary" {
  value = module.mirror_endpoint.apply_summary
}

output "controller_summary" {
  value = module.mirror_controller.apply_summary
}
