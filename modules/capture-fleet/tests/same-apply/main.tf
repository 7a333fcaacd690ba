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

resource "aws_vpc" "this" {
  #checkov:skip=CKV2_AWS_11:A test's VPC, which only a mocked provider makes, has no flows to log
  #checkov:skip=CKV2_AWS_12:A test's VPC, which only a mocked provider makes, has no default security group
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  for_each = { one = "10.0.1.0/24", two = "10.0.2.0/24" }

  vpc_id     = aws_vpc.this.id
  cidr_block = each.value
}

module "capture_fleet" {
  source = "../.."

  name    = "capture"
  vpc_id  = aws_vpc.this.id
  subnets = { for key, subnet in aws_subnet.this : key => subnet.id }
  clients = { own = { account_id = "111122223333" } }
}

output "availability_zones" {
  description = "The module's output."
  value       = module.capture_fleet.availability_zones
}
