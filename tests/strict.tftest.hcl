# A key that an input does not have is refused where the caller wrote it: by the root's variable, under the root's name, and
# by nothing below it besides (a failure that is not expected fails the run).

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name            = "mirror"
  capture_vpc_id  = "vpc-0123456789abcdef0"
  capture_subnets = { a = "subnet-0123456789abcdef0" }
  vpcs            = {}
}

run "an_unknown_key_of_the_fleet" {
  command = plan

  variables {
    capture_scaling = { warm_pool = { size = 1 } }
  }

  expect_failures = [var.capture_scaling]
}

run "an_unknown_key_of_the_endpoints" {
  command = plan

  variables {
    vpcs = { prod = { vpc_id = "vpc-0123456789abcdef1", subnet = {} } }
  }

  expect_failures = [var.vpcs]
}

run "an_unknown_key_of_the_controller" {
  command = plan

  variables {
    exclude = { tag = [{ tags = { mirror = "no" } }] }
  }

  expect_failures = [var.exclude]
}
