# capture-fleet with all that makes resources of its own, to see what whoever applies it calls.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
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

module "capture_fleet" {
  source = "../../../../modules/capture-fleet"

  name                 = "recorded"
  vpc_id               = var.vpc_id
  subnets              = var.subnets
  permissions_boundary = var.permissions_boundary
  image_id             = "ami-0123456789abcdef0"
  instance_types       = ["c6in.large"]
  min_size             = 1
  max_size             = var.changed ? 5 : 4
  group_per_zone       = true
  bucket_force_destroy = true
  deletion_protection  = false
  acceptance_required  = var.changed
  athena_workgroup     = "primary"

  cross_zone_load_balancing = false

  clients = merge(
    { payments = { account_id = "111122223333", vnis = { main = 101 }, readers = ["arn:aws:iam::111122223333:role/analyst"] } },
    var.changed ? { web = { account_id = "444455556666", vnis = { main = 201 } } } : {},
  )

  object_lock           = { mode = "GOVERNANCE", days = var.changed ? 2 : 1 }
  bucket_retention_days = var.changed ? 20 : 30
  notifications = {
    queues = { siem = { queue_arn = "arn:aws:sqs:eu-west-1:123456789012:siem", prefix = "captures/", suffix = var.changed ? ".gz" : ".json.gz" } }
  }

  scaling = {
    warm_pool = { min_size = var.changed ? 2 : 1, max_prepared = 3 }
    schedules = { morning = { recurrence = var.changed ? "0 8 * * MON-FRI" : "0 7 * * MON-FRI", time_zone = "Europe/Berlin", min_size = 2 } }
  }

  alarm_actions = ["arn:aws:sns:eu-west-1:123456789012:oncall"]
  tags          = { Team = var.changed ? "network" : "security" }
}

output "endpoint_service_name" {
  value = module.capture_fleet.endpoint_service_name
}

output "event_bus_arn" {
  value = module.capture_fleet.event_bus_arn
}
