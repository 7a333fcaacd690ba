# Step 3: the client in a state of its own. It takes over what its sessions use, and makes its controller anew; by the name
# the sessions are known as its own.

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

variable "hub" {
  description = "The hub's output of the same name."
  type        = any
}

variable "taken_over" {
  description = "Ids of what is imported, by their keys in the module."
  type = object({
    endpoints = map(string)
    targets   = map(string)
    filters   = map(string)
    rules     = map(string)
  })
}

import {
  to = module.mirror_client.module.mirror_controller.aws_dynamodb_table.demands
  id = "mirror-demands"
}

import {
  for_each = var.taken_over.endpoints
  to       = module.mirror_client.module.mirror_endpoint.aws_vpc_endpoint.this[each.key]
  id       = each.value
}

import {
  for_each = var.taken_over.targets
  to       = module.mirror_client.module.mirror_endpoint.aws_ec2_traffic_mirror_target.this[each.key]
  id       = each.value
}

import {
  for_each = var.taken_over.filters
  to       = module.mirror_client.module.mirror_endpoint.aws_ec2_traffic_mirror_filter.this[each.key]
  id       = each.value
}

import {
  for_each = var.taken_over.rules
  to       = module.mirror_client.module.mirror_endpoint.aws_ec2_traffic_mirror_filter_rule.this[each.key]
  id       = each.value
}

module "mirror_client" {
  source = "../../../../../modules/mirror-client"

  name                  = "mirror"
  endpoint_service_name = var.hub.endpoint_service_name
  availability_zones    = var.hub.availability_zones
  hub_event_bus_arn     = var.hub.hub_event_bus_arn
  vpcs                  = var.vpcs
}

output "vpcs" {
  description = "The module's output."
  value       = module.mirror_client.vpcs
}
