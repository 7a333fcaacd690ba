# A caller that makes the VPC and its subnets in the same apply, so that their ids are unknown at plan.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

variable "endpoint_management" {
  description = "Input of the module."
  type        = string
  default     = "terraform"
}

resource "aws_vpc" "this" {
  #checkov:skip=CKV2_AWS_11:A test's VPC, which only a mocked provider makes, has no flows to log
  #checkov:skip=CKV2_AWS_12:A test's VPC, which only a mocked provider makes, has no default security group
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  for_each = { a = "10.0.1.0/24", b = "10.0.2.0/24" }

  vpc_id     = aws_vpc.this.id
  cidr_block = each.value
}

module "mirror_endpoint" {
  source = "../.."

  name                  = "mirror"
  endpoint_management   = var.endpoint_management
  endpoint_service_name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
  vpcs = {
    prod = {
      vpc_id  = aws_vpc.this.id
      subnets = var.endpoint_management == "automatic" ? {} : { for key, subnet in aws_subnet.this : key => subnet.id }
      vni     = 100
    }
  }
}

output "vpcs" {
  description = "The module's output."
  value       = module.mirror_endpoint.vpcs
}
