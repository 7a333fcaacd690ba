# The plan warns of what cannot mirror anything, and of nothing else.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name = "mirror"
  vpcs = { prod = { vpc_id = "vpc-0123456789abcdef0", filter_id = "tmf-0123456789abcdef0", endpoint_service_name = "service" } }
}

run "no_rule_and_no_vpc" {
  command = plan

  variables {
    vpcs    = {}
    sources = {}
  }

  expect_failures = [check.sources]
}

run "no_rule_mirrors_on_request" {
  command = plan

  variables {
    sources = {}
  }
}
