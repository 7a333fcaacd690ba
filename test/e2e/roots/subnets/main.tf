# A network and its endpoints in one root, as a team has it whose subnets are Terraform's own.

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
  description = "As the module's."
  type        = string
}

variable "subnets" {
  description = "Zone and CIDR of each subnet, by a key that stays."
  type        = map(object({ zone = string, cidr = string }))
}

resource "aws_vpc" "this" {
  cidr_block = "10.90.0.0/16"
}

resource "aws_subnet" "this" {
  for_each = var.subnets

  vpc_id            = aws_vpc.this.id
  availability_zone = each.value.zone
  cidr_block        = each.value.cidr
}

module "mirror_endpoint" {
  source = "../../../../modules/mirror-endpoint"

  name                  = "subnets"
  endpoint_service_name = var.endpoint_service_name
  vpcs = {
    main = {
      vpc_id  = aws_vpc.this.id
      subnets = { for key, subnet in aws_subnet.this : key => subnet.id }
    }
  }
}

output "vpcs" {
  description = "As the module's."
  value       = module.mirror_endpoint.vpcs
}

output "subnets" {
  description = "Id of each subnet, by its key."
  value       = { for key, subnet in aws_subnet.this : key => subnet.id }
}
