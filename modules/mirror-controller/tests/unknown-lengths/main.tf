# A caller whose lists of subnets come from what is made in the same apply: not even their lengths are known at plan.

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

locals {
  subnet_ids = split(",", aws_vpc.this.arn)
}

module "mirror_controller" {
  source = "../../"

  name         = "mirror"
  policy_parts = 2
  vpcs         = { prod = { vpc_id = aws_vpc.this.id, filter_id = "tmf-0123456789abcdef0", endpoint_service_name = "service" } }
  exclude      = { subnet_ids = local.subnet_ids }
  vpc_config   = { subnet_ids = local.subnet_ids, security_group_ids = [aws_vpc.this.default_security_group_id] }
}

output "policy_parameter_name" {
  description = "Known at plan."
  value       = module.mirror_controller.policy_parameter_name
}
