# mirror-controller with all that makes resources of its own, to see what whoever applies it calls.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

variable "vpcs" {
  type = any
}

variable "hub_event_bus_arn" {
  type = string
}

variable "autoscaling_group" {
  type = string
}

variable "excluded_subnet" {
  type = string
}

variable "permissions_boundary" {
  type = string
}

variable "changed" {
  description = "Whether everything that can change in place has changed."
  type        = bool
  default     = false
}

module "mirror_controller" {
  source = "../../../../modules/mirror-controller"

  name                 = "recorded"
  vpcs                 = var.vpcs
  hub_event_bus_arn    = var.hub_event_bus_arn
  permissions_boundary = var.permissions_boundary
  reserved_concurrency = { sweep = var.changed ? 3 : 2 }
  memory_size          = { sweep = var.changed ? 512 : 256 }
  log_retention_days   = var.changed ? 14 : 30
  schedule_expression  = var.changed ? "rate(5 minutes)" : "rate(1 minute)"
  lifecycle_hooks      = { asg = { autoscaling_group_name = var.autoscaling_group } }

  exclude = { subnet_ids = [var.excluded_subnet] }
  sources = {
    tags = [
      { name = "marked", tags = { Mirror = var.changed ? "yes" : "true" } },
      { name = "watched", tags = { Watch = "true" }, on = "guardduty" },
    ]
  }

  alarm_actions = ["arn:aws:sns:eu-west-1:123456789012:oncall"]
  tags          = { Team = var.changed ? "network" : "security" }
}
