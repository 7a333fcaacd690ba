mock_provider "aws" {
  source = "./tests/mocks"

  mock_data "aws_subnet" {
    defaults = {
      vpc_id     = "vpc-0123456789abcdef0"
      cidr_block = "10.0.1.0/24"
    }
  }

  mock_resource "aws_vpc" {
    defaults = {
      id = "vpc-0123456789abcdef0"
    }
  }

  mock_resource "aws_subnet" {
    defaults = {
      id = "subnet-0000000000000000a"
    }
  }
}

# Planned and applied in one run: a run that only plans fails where a check is not known yet, which is no fault here.
run "a_vpc_and_subnets_made_in_the_same_apply_can_be_planned_and_get_their_fleet" {
  module {
    source = "./tests/same-apply"
  }

  assert {
    condition     = keys(output.availability_zones) == ["one", "two"]
    error_message = "The fleet must serve the zones of both subnets."
  }
}
