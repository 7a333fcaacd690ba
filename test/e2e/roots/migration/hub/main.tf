# Step 2: the hub without the client, whose endpoints, targets and filters are forgotten and whose controller goes. Its
# sessions stay.

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

# Forgotten, and left as they are: the drain, whose destroy would end every session, the table of demands, and what sessions use.
removed {
  from = module.mirror_client.module.mirror_controller.aws_lambda_invocation.drain

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.mirror_client.module.mirror_controller.aws_dynamodb_table.demands

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.mirror_client.module.mirror_endpoint

  lifecycle {
    destroy = false
  }
}

output "hub" {
  description = "What a client needs of the hub."
  value = {
    endpoint_service_name = module.capture_fleet.endpoint_service_name
    availability_zones    = module.capture_fleet.availability_zones
    hub_event_bus_arn     = module.capture_fleet.event_bus_arn
  }
}
