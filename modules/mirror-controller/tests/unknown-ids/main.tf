# A caller who makes VPC, filter and targets in the same apply: no id is known at plan.

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
  #checkov:skip=CKV2_AWS_11:Never made: a fixture of mocked tests.
  #checkov:skip=CKV2_AWS_12:As above.
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.0.0.0/24"
}

resource "aws_ec2_traffic_mirror_filter" "this" {}

resource "aws_ec2_traffic_mirror_target" "this" {
  gateway_load_balancer_endpoint_id = aws_subnet.this.id
}

module "mirror_controller" {
  source = "../../"

  name = "mirror"
  vpcs = {
    prod = {
      vpc_id    = aws_vpc.this.id
      filter_id = aws_ec2_traffic_mirror_filter.this.id
      targets = {
        a = { target_id = aws_ec2_traffic_mirror_target.this.id, availability_zone = aws_subnet.this.availability_zone }
      }
    }
  }
  sources = {
    tags    = [{ tags = { Cluster = aws_vpc.this.arn }, filter_id = aws_ec2_traffic_mirror_filter.this.id }]
    subnets = [{ subnet_id = aws_subnet.this.id }]
    vpcs    = [{ vpc_id = aws_vpc.this.id, target_id = aws_ec2_traffic_mirror_target.this.id }]
  }
  lifecycle_hooks = {
    web = { autoscaling_group_name = aws_vpc.this.arn, when_not_mirrored = "abandon" }
  }
  vpc_config = {
    subnet_ids         = [aws_subnet.this.id]
    security_group_ids = [aws_vpc.this.default_security_group_id]
  }
  exclude = {
    subnet_ids              = [aws_subnet.this.id]
    autoscaling_group_names = [aws_vpc.this.arn]
  }
}

output "policy_parameter_name" {
  description = "Known at plan."
  value       = module.mirror_controller.policy_parameter_name
}
