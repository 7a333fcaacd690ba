# Which ids of subnets are looked for: modules/existing refuses those that are not there.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name = "mirror"
  vpcs = {
    prod = {
      vpc_id    = "vpc-0123456789abcdef0"
      filter_id = "tmf-0123456789abcdef0"
      targets = {
        a = { target_id = "tmt-0123456789abcdef0", availability_zone = "eu-west-1a" }
      }
    }
  }
}

run "none_where_none_is_named" {
  command = plan

  variables {
    sources = { tags = [{ tags = { Mirror = "true" } }] }
  }

  assert {
    condition     = length(local.subnet_lists) == 0
    error_message = "Nothing may be read: ${jsonencode(local.subnet_lists)}"
  }
}

run "those_that_are_excluded" {
  command = plan

  variables {
    exclude = { subnet_ids = ["subnet-0123456789abcdef0"] }
  }

  assert {
    condition     = jsonencode(local.subnet_lists) == jsonencode({ "exclude.subnet_ids[%d]" = ["subnet-0123456789abcdef0"] })
    error_message = "A typo in exclude would mirror what should be left out: ${jsonencode(local.subnet_lists)}"
  }
}

run "those_of_rules" {
  command = plan

  variables {
    sources = {
      tags    = [{ tags = { Mirror = "true" } }]
      subnets = [{ subnet_id = "subnet-0123456789abcdef0" }]
    }
  }

  assert {
    condition     = jsonencode(local.subnet_lists) == jsonencode({ "sources.subnets[%d].subnet_id" = ["subnet-0123456789abcdef0"] })
    error_message = "A rule for a subnet that is not there would mirror nothing: ${jsonencode(local.subnet_lists)}"
  }
}

run "those_of_the_functions" {
  command = plan

  variables {
    vpc_config = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }
  }

  assert {
    condition     = jsonencode(local.subnet_lists) == jsonencode({ "vpc_config.subnet_ids[%d]" = ["subnet-0123456789abcdef0"] })
    error_message = "Lambda would refuse it at apply: ${jsonencode(local.subnet_lists)}"
  }
}

run "lists_of_unknown_length_may_be_given_with_policy_parts" {
  command = plan

  module {
    source = "./tests/unknown-lengths"
  }

  assert {
    condition     = output.policy_parameter_name == "/mirror/policy"
    error_message = "What does not depend on ids must be known at plan."
  }
}
