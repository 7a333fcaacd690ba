# Every wrong input fails at plan. One run per validation; its name says what is refused.

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

run "an_empty_name" {
  command = plan

  variables {
    name = ""
  }

  expect_failures = [var.name]
}

run "a_name_in_capitals" {
  command = plan

  variables {
    name = "Mirror"
  }

  expect_failures = [var.name]
}

run "a_name_too_long_for_the_role" {
  command = plan

  variables {
    name = "a12345678901234567890123456789012345678"
  }

  expect_failures = [var.name]
}

run "a_name_that_systems_manager_reserves" {
  command = plan

  variables {
    name = "aws-mirror"
  }

  expect_failures = [var.name]
}

run "more_vpcs_than_policies_can_hold" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = { for index in range(81) : "v${index}" => {
      vpc_id    = format("vpc-%017x", index)
      filter_id = "tmf-0123456789abcdef0"
      targets   = { a = { target_id = "tmt-0123456789abcdef0", availability_zone = "eu-west-1a" } }
    } }
  }

  expect_failures = [var.vpcs]
}

run "a_vpc_id_of_another_kind" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = {
      prod = {
        vpc_id    = "subnet-0123456789abcdef0"
        filter_id = "tmf-0123456789abcdef0"
        targets   = { a = { target_id = "tmt-0123456789abcdef0", availability_zone = "eu-west-1a" } }
      }
    }
  }

  expect_failures = [var.vpcs]
}

run "one_vpc_under_two_keys" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = {
      one = {
        vpc_id                = "vpc-0123456789abcdef0"
        filter_id             = "tmf-0123456789abcdef0"
        endpoint_service_name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
      }
      two = {
        vpc_id                = "vpc-0123456789abcdef0"
        filter_id             = "tmf-0123456789abcdef0"
        endpoint_service_name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
      }
    }
  }

  expect_failures = [var.vpcs]
}

run "a_filter_id_of_another_kind" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = {
      prod = {
        vpc_id    = "vpc-0123456789abcdef0"
        filter_id = "tmt-0123456789abcdef0"
        targets   = { a = { target_id = "tmt-0123456789abcdef0", availability_zone = "eu-west-1a" } }
      }
    }
  }

  expect_failures = [var.vpcs]
}

run "a_vni_above_24_bits" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = {
      prod = {
        vpc_id    = "vpc-0123456789abcdef0"
        filter_id = "tmf-0123456789abcdef0"
        targets   = { a = { target_id = "tmt-0123456789abcdef0", availability_zone = "eu-west-1a" } }
        vni       = 16777216
      }
    }
  }

  expect_failures = [var.vpcs]
}

run "targets_by_tag_without_the_service" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = {
      prod = {
        vpc_id    = "vpc-0123456789abcdef0"
        filter_id = "tmf-0123456789abcdef0"
      }
    }
  }

  expect_failures = [var.vpcs]
}

run "no_target_at_all" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = {
      prod = {
        vpc_id    = "vpc-0123456789abcdef0"
        filter_id = "tmf-0123456789abcdef0"
        targets   = {}
      }
    }
  }

  expect_failures = [var.vpcs]
}

run "a_target_id_of_another_kind" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = {
      prod = {
        vpc_id    = "vpc-0123456789abcdef0"
        filter_id = "tmf-0123456789abcdef0"
        targets   = { a = { target_id = "eni-0123456789abcdef0", availability_zone = "eu-west-1a" } }
      }
    }
  }

  expect_failures = [var.vpcs]
}

run "two_targets_in_one_zone" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = {
      prod = {
        vpc_id    = "vpc-0123456789abcdef0"
        filter_id = "tmf-0123456789abcdef0"
        targets = {
          a = { target_id = "tmt-0123456789abcdef0", availability_zone = "eu-west-1a" }
          b = { target_id = "tmt-0123456789abcdef1", availability_zone = "eu-west-1a" }
        }
      }
    }
  }

  expect_failures = [var.vpcs]
}

run "an_unknown_trigger" {
  command = plan

  variables {
    triggers = ["ec2_state_change", "cloudtrail"]
  }

  expect_failures = [var.triggers]
}

run "a_cron_schedule" {
  command = plan

  variables {
    schedule_expression = "cron(0 * * * ? *)"
  }

  expect_failures = [var.schedule_expression]
}

run "a_rate_of_one_in_the_plural" {
  command = plan

  variables {
    schedule_expression = "rate(1 minutes)"
  }

  expect_failures = [var.schedule_expression]
}

run "a_sweep_once_a_day" {
  command = plan

  variables {
    schedule_expression = "rate(24 hours)"
  }

  expect_failures = [var.schedule_expression]
}

run "an_unknown_mode" {
  command = plan

  variables {
    mode = "dry-run"
  }

  expect_failures = [var.mode]
}

run "an_alarm_action_without_an_arn" {
  command = plan

  variables {
    alarm_actions = ["ops@example.com"]
  }

  expect_failures = [var.alarm_actions]
}

run "a_declared_filter_that_no_filter_can_be" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = {
      prod = {
        vpc_id                = "vpc-0123456789abcdef0"
        filter_id             = "tmf-0123456789abcdef0"
        endpoint_service_name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
        filter                = { ingress = [{ rule_number = 0, source_cidr_block = "0.0.0.0/0", destination_cidr_block = "0.0.0.0/0" }] }
      }
    }
  }

  expect_failures = [var.vpcs]
}

run "tags_too_long_for_the_environment" {
  command = plan

  variables {
    tags = { for index in range(20) : "key-${index}" => format("%0200d", index) }
  }

  expect_failures = [var.tags]
}

run "a_tag_that_iam_and_systems_manager_refuse" {
  command = plan

  variables {
    tags = { Team = "a, b" }
  }

  expect_failures = [var.tags]
}

run "two_tags_that_iam_takes_for_one" {
  command = plan

  variables {
    tags = { Team = "a", team = "b" }
  }

  expect_failures = [var.tags]
}

run "tags_in_our_own_namespace" {
  command = plan

  variables {
    tags = { "traffic-mirror:controller" = "other" }
  }

  expect_failures = [var.tags]
}
