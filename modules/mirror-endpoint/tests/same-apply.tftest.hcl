mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }

  mock_data "aws_region" {
    defaults = {
      id = "eu-west-1"
    }
  }

  mock_data "aws_subnets" {
    defaults = {
      ids = ["subnet-0000000000000000a"]
    }
  }

  mock_data "aws_subnet" {
    defaults = {
      vpc_id      = "vpc-00000000000000001"
      ipv6_native = false
    }
  }

  mock_resource "aws_vpc" {
    defaults = {
      id = "vpc-00000000000000001"
    }
  }

  mock_resource "aws_subnet" {
    defaults = {
      id = "subnet-0000000000000000a"
    }
  }
}

run "a_vpc_and_subnets_made_in_the_same_apply_can_be_planned" {
  command = plan

  module {
    source = "./tests/same-apply"
  }
}

run "a_vpc_and_subnets_made_in_the_same_apply_get_their_targets" {
  module {
    source = "./tests/same-apply"
  }

  assert {
    condition     = keys(output.vpcs["prod"].targets) == ["a", "b"] && output.vpcs["prod"].vpc_id == "vpc-00000000000000001"
    error_message = "There must be a target for every subnet."
  }
}
