# mirror-endpoint in both of its ways, to see what whoever applies it calls.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

variable "endpoint_service_name" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "subnets" {
  type = map(string)
}

variable "permissions_boundary" {
  type = string
}

variable "changed" {
  description = "Whether everything that can change in place has changed."
  type        = bool
  default     = false
}

module "static" {
  source = "../../../../modules/mirror-endpoint"

  name                  = "recorded"
  endpoint_service_name = var.endpoint_service_name
  vpcs                  = { main = { vpc_id = var.vpc_id, subnets = var.subnets, vni = 101 } }
  filter = {
    ingress = [{
      rule_number            = 1
      protocol               = var.changed ? 17 : 6
      source_cidr_block      = "0.0.0.0/0"
      destination_cidr_block = "0.0.0.0/0"
    }]
  }
  tags = { Team = var.changed ? "network" : "security" }
}

module "automatic" {
  source = "../../../../modules/mirror-endpoint"

  name                  = "recorded-auto"
  endpoint_service_name = var.endpoint_service_name
  endpoint_management   = "automatic"
  automatic             = { zones = "subnets", idle_minutes = var.changed ? 1 : 0 }
  vpcs                  = { main = { vpc_id = var.vpc_id, vni = 102 } }
  permissions_boundary  = var.permissions_boundary
  log_retention_days    = var.changed ? 14 : 30
  log_level             = var.changed ? "DEBUG" : "INFO"
  alarm_actions         = ["arn:aws:sns:eu-west-1:123456789012:oncall"]
  tags                  = { Team = var.changed ? "network" : "security" }
}

output "vpcs" {
  value = module.static.vpcs
}
