# The controller alone, over a network, groups and a hub's bus that the suite makes itself: what the events lane does
# besides looking does not depend on how the targets came to be.

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
  description = "As the module's."
  type        = any
}

variable "hub_event_bus_arn" {
  description = "As the module's."
  type        = string
}

variable "lifecycle_hooks" {
  description = "As the module's."
  type        = any
}

module "mirror_controller" {
  source = "../../../modules/mirror-controller"

  name              = "mirror"
  vpcs              = var.vpcs
  hub_event_bus_arn = var.hub_event_bus_arn
  lifecycle_hooks   = var.lifecycle_hooks
  # Not every minute, so that detachments start a sweep.
  schedule_expression = "rate(5 minutes)"
  # A few instances change their tags all through the suite, which is more than half of them within a day.
  guardrails = { removal_percent = 100 }
  demands    = { limit = 6, requester_limit = 4, requests_per_minute = 12, maximum_minutes = 60, default_minutes = 30 }
  pace = {
    events_per_second   = 500
    events_burst        = 500
    requests_per_second = 500
    requests_burst      = 500
    sweep_per_second    = 500
    sweep_burst         = 500
  }

  sources = {
    tags = [
      { name = "marked", tags = { Mirror = "true" } },
      { name = "watched", tags = { Watch = "true" }, on = "guardduty" },
    ]
  }
}

output "event_bus_arn" {
  description = "As the module's."
  value       = module.mirror_controller.event_bus_arn
}

output "request_policy_json" {
  description = "As the module's."
  value       = module.mirror_controller.request_policy_json
}

output "queue_arns" {
  description = "As the module's."
  value       = module.mirror_controller.queue_arns
}

output "function_names" {
  description = "As the module's."
  value       = module.mirror_controller.function_names
}

output "demands_table_name" {
  description = "As the module's."
  value       = module.mirror_controller.demands_table_name
}
