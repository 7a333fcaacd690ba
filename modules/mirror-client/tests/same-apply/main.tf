# A hub and its client in one apply: nothing of the hub is there at plan, and what decides what the client makes must be known
# all the same.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

module "capture_fleet" {
  source = "../../../capture-fleet"

  name    = "mirror"
  vpc_id  = "vpc-0123456789abcdef0"
  subnets = { a = "subnet-0fedcba9876543210" }
  clients = { client = { account_id = "111122223333", vnis = { prod = 100 } } }
}

module "mirror_client" {
  source = "../.."

  name                  = "mirror"
  endpoint_service_name = module.capture_fleet.endpoint_service_name
  availability_zones    = module.capture_fleet.availability_zones
  hub_event_bus_arn     = module.capture_fleet.event_bus_arn
  exclude               = { autoscaling_group_names = values(module.capture_fleet.autoscaling_group_names) }
  vpcs = {
    prod = { vpc_id = "vpc-0123456789abcdef0", subnets = { a = "subnet-0123456789abcdef0" }, vni = 100 }
  }
}

output "queue_arns" {
  description = "The client's output."
  value       = module.mirror_client.queue_arns
}
