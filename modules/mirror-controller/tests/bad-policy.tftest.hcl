# Every wrong part of the policy fails at plan. One run per validation; its name says what is refused.

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

run "an_empty_tag_map" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    sources = { tags = [{ tags = {} }] }
  }

  expect_failures = [var.sources]
}

run "a_match_other_than_all_or_any" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    sources = { tags = [{ tags = { Mirror = "true" }, match = "some" }] }
  }

  expect_failures = [var.sources]
}

run "a_subnet_id_of_another_kind" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    sources = { subnets = [{ subnet_id = "vpc-0123456789abcdef0" }] }
  }

  expect_failures = [var.sources]
}

run "a_source_vpc_that_was_not_given" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    sources = { vpcs = [{ vpc_id = "vpc-0fedcba9876543210" }] }
  }

  expect_failures = [var.sources]
}

run "a_rule_name_that_is_no_tag_value" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    sources = { subnets = [{ subnet_id = "subnet-0123456789abcdef0", name = "web tier " }] }
  }

  expect_failures = [var.sources]
}

run "two_rules_of_one_name" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    sources = {
      tags    = [{ name = "web", tags = { Role = "web" } }]
      subnets = [{ name = "web", subnet_id = "subnet-0123456789abcdef0" }]
    }
  }

  expect_failures = [var.sources]
}

run "a_name_that_is_the_derived_one_of_another_rule" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    sources = {
      tags    = [{ tags = { Role = "web" } }]
      subnets = [{ name = "tags[0]", subnet_id = "subnet-0123456789abcdef0" }]
    }
  }

  expect_failures = [var.sources]
}

run "a_rule_filter_id_of_another_kind" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    sources = { subnets = [{ subnet_id = "subnet-0123456789abcdef0", filter_id = "tmt-0123456789abcdef0" }] }
  }

  expect_failures = [var.sources]
}

run "a_rule_target_id_of_another_kind" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    sources = { subnets = [{ subnet_id = "subnet-0123456789abcdef0", target_id = "tmf-0123456789abcdef0" }] }
  }

  expect_failures = [var.sources]
}

run "a_packet_length_of_40" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    sources = { subnets = [{ subnet_id = "subnet-0123456789abcdef0", packet_length = 40 }] }
  }

  expect_failures = [var.sources]
}

run "a_packet_length_above_the_endpoints_mtu" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    sources = { subnets = [{ subnet_id = "subnet-0123456789abcdef0", packet_length = 8501 }] }
  }

  expect_failures = [var.sources]
}

run "a_virtual_network_id_of_0" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    sources = { subnets = [{ subnet_id = "subnet-0123456789abcdef0", virtual_network_id = 0 }] }
  }

  expect_failures = [var.sources]
}

run "a_session_number_above_32766" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    sources = { subnets = [{ subnet_id = "subnet-0123456789abcdef0", session_number = 32767 }] }
  }

  expect_failures = [var.sources]
}

run "interfaces_other_than_all_or_primary" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    sources = { subnets = [{ subnet_id = "subnet-0123456789abcdef0", interfaces = "secondary" }] }
  }

  expect_failures = [var.sources]
}

run "an_exclude_with_an_empty_tag_map" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    exclude = { tags = [{ tags = {} }] }
  }

  expect_failures = [var.exclude]
}

run "an_exclude_with_an_unknown_match" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    exclude = { tags = [{ tags = { Mirror = "no" }, match = "none" }] }
  }

  expect_failures = [var.exclude]
}

run "an_excluded_subnet_of_another_kind" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    exclude = { subnet_ids = ["vpc-0123456789abcdef0"] }
  }

  expect_failures = [var.exclude]
}

run "an_excluded_instance_of_another_kind" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    exclude = { instance_ids = ["eni-0123456789abcdef0"] }
  }

  expect_failures = [var.exclude]
}

run "an_excluded_interface_of_another_kind" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    exclude = { network_interface_ids = ["i-0123456789abcdef0"] }
  }

  expect_failures = [var.exclude]
}

run "an_excluded_group_without_a_name" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    exclude = { autoscaling_group_names = [""] }
  }

  expect_failures = [var.exclude]
}

run "stopped_instances_other_than_remove_or_keep" {
  command = plan

  variables {
    stopped_instances = "delete"
  }

  expect_failures = [var.stopped_instances]
}

run "an_instance_type_that_is_none" {
  command = plan

  variables {
    instance_types = { "M8G.*" = true }
  }

  expect_failures = [var.instance_types]
}

run "an_instance_type_neither_true_nor_false" {
  command = plan

  variables {
    instance_types = { "m8g.*" = null }
  }

  expect_failures = [var.instance_types]
}

run "policy_parts_of_0" {
  command = plan

  variables {
    policy_parts = 0
  }

  expect_failures = [var.policy_parts]
}

run "more_policy_than_the_parts_given_hold" {
  command = plan

  variables {
    policy_parts = 1
    exclude      = { autoscaling_group_names = [for index in range(20) : format("group-%0240d", index)] }
  }

  expect_failures = [aws_ssm_parameter.policy]
}

run "a_policy_document_above_64_kb" {
  command = plan

  variables {
    exclude = { autoscaling_group_names = [for index in range(300) : format("group-%0240d", index)] }
  }

  expect_failures = [aws_ssm_parameter.policy]
}

run "a_rule_on_anything_but_always_and_guardduty" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    sources = { subnets = [{ subnet_id = "subnet-0123456789abcdef0", on = "demand" }] }
  }

  expect_failures = [var.sources]
}

run "a_number_that_is_set_and_is_to_move" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    sources = { vpcs = [{ vpc_id = "vpc-0123456789abcdef0", session_number = 5, outrank = true }] }
  }

  expect_failures = [var.sources]
}
