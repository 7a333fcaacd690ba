# Everything, called with `depends_on`, as many teams call every module: what Terraform knows at plan is then less as
# soon as anything upstream changes, if only a tag.

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

variable "name" {
  description = "Name of the deployment."
  type        = string
  default     = "mirror"
}

variable "note" {
  description = "A tag of the network, to change it."
  type        = string
  default     = "first"
}

locals {
  zones = ["euw1-az1", "euw1-az2"]
}

resource "aws_vpc" "this" {
  cidr_block = "10.80.0.0/16"
  tags       = { Note = var.note }
}

resource "aws_subnet" "this" {
  for_each = toset(local.zones)

  vpc_id               = aws_vpc.this.id
  availability_zone_id = each.key
  cidr_block           = cidrsubnet(aws_vpc.this.cidr_block, 4, index(local.zones, each.key))
}

module "traffic_mirroring" {
  source = "../../../.."

  name                         = var.name
  capture_vpc_id               = aws_vpc.this.id
  capture_subnets              = { for zone, subnet in aws_subnet.this : zone => subnet.id }
  capture_instance_types       = ["t3.small"]
  capture_min_size             = 1
  capture_max_size             = 1
  capture_bucket_force_destroy = true

  vpcs = {
    main = {
      vpc_id  = aws_vpc.this.id
      subnets = { for zone, subnet in aws_subnet.this : zone => subnet.id }
      vni     = 100
    }
  }
  hub_event_bus_arn = "arn:aws:events:eu-west-1:123456789012:event-bus/${var.name}-hub"

  depends_on = [aws_vpc.this, aws_subnet.this]
}

# The function that manages endpoints, which the call above does not have.
module "automatic_endpoints" {
  source = "../../../../modules/mirror-endpoint"

  name                  = "${var.name}-auto"
  vpcs                  = { main = { vpc_id = aws_vpc.this.id } }
  endpoint_service_name = module.traffic_mirroring.capture_endpoint_service_name
  endpoint_management   = "automatic"

  depends_on = [aws_vpc.this]
}
