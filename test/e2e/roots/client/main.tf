# A client account with several VPCs, as a platform team has it: endpoints and controller in one root.

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

variable "vpcs" {
  type = map(object({ vpc_id = string, subnets = map(string), vni = number }))
}

variable "acknowledged_until" {
  type    = string
  default = null
}

variable "first_apply_sessions" {
  type    = number
  default = 1000
}

variable "iam_path" {
  type    = string
  default = "/"
}

module "mirror_endpoint" {
  source = "../../../../modules/mirror-endpoint"

  name                  = var.name
  endpoint_service_name = var.endpoint_service_name
  vpcs                  = var.vpcs
}

module "mirror_controller" {
  source = "../../../../modules/mirror-controller"

  name       = var.name
  vpcs       = module.mirror_endpoint.vpcs
  iam_path   = var.iam_path
  guardrails = { acknowledged_until = var.acknowledged_until, first_apply_sessions = var.first_apply_sessions }
  # As fast as the local cloud answers.
  pace = { events_per_second = 500, events_burst = 500, sweep_per_second = 1000, sweep_burst = 5000 }
}

output "vpcs" {
  value = module.mirror_endpoint.vpcs
}
