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

run "a_severity_that_guardduty_does_not_know" {
  command = plan

  variables {
    guardduty_severity = 11
  }

  expect_failures = [var.guardduty_severity]
}

run "a_principal_with_a_wildcard" {
  command = plan

  variables {
    session_principals = ["arn:aws:iam::111122223333:role/*"]
  }

  expect_failures = [var.session_principals]
}

run "more_hooks_than_the_role_can_name" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    lifecycle_hooks = { for index in range(21) : "group-${index}" => { autoscaling_group_name = "group-${index}" } }
  }

  expect_failures = [var.lifecycle_hooks]
}

run "hooks_that_nobody_would_answer" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    lifecycle_hooks = { web = { autoscaling_group_name = "web" } }
    triggers        = ["ec2_state_change"]
  }

  expect_failures = [var.lifecycle_hooks]
}

run "a_group_by_a_wildcard" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    lifecycle_hooks = { web = { autoscaling_group_name = "web-*" } }
  }

  expect_failures = [var.lifecycle_hooks]
}

run "a_hook_with_a_blank_in_its_name" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    lifecycle_hooks = { web = { autoscaling_group_name = "web", hook_name = "my hook" } }
  }

  expect_failures = [var.lifecycle_hooks]
}

run "the_same_hook_twice" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    lifecycle_hooks = { web = { autoscaling_group_name = "web" }, again = { autoscaling_group_name = "web", hook_name = "mirror-mirror" } }
  }

  expect_failures = [var.lifecycle_hooks]
}

run "a_hook_shorter_than_auto_scaling_takes" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    lifecycle_hooks = { web = { autoscaling_group_name = "web", heartbeat_timeout = 10 } }
  }

  expect_failures = [var.lifecycle_hooks]
}

run "a_hook_that_neither_continues_nor_abandons" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    lifecycle_hooks = { web = { autoscaling_group_name = "web", when_not_mirrored = "wait" } }
  }

  expect_failures = [var.lifecycle_hooks]
}

run "a_circuit_breaker_that_is_always_open" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    lifecycle_hooks = { web = { autoscaling_group_name = "web", when_not_mirrored = "abandon", abandons_per_hour = 0 } }
  }

  expect_failures = [var.lifecycle_hooks]
}

run "demands_that_may_last_for_ever" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    demands = { maximum_minutes = 1000000 }
  }

  expect_failures = [var.demands]
}

run "demands_that_last_longer_than_they_may" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    demands = { default_minutes = 200, maximum_minutes = 100 }
  }

  expect_failures = [var.demands]
}

run "more_demands_than_a_sweep_reads" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    demands = { limit = 10000 }
  }

  expect_failures = [var.demands]
}

run "a_requester_that_may_have_nothing_open" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    demands = { requester_limit = 0 }
  }

  expect_failures = [var.demands]
}

run "requests_without_end" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    demands = { requests_per_minute = 10000 }
  }

  expect_failures = [var.demands]
}

run "an_uncovered_number_below_0" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    uncovered_alarm = { sources = -1 }
  }

  expect_failures = [var.uncovered_alarm]
}

run "an_uncovered_time_beyond_a_day" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    uncovered_alarm = { minutes = 2000 }
  }

  expect_failures = [var.uncovered_alarm]
}

run "a_hub_by_its_name" {
  command = plan

  variables {
    hub_event_bus_arn = "capture-hub"
  }

  expect_failures = [var.hub_event_bus_arn]
}

run "a_vpc_without_security_groups" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpc_config = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = [] }
  }

  expect_failures = [var.vpc_config]
}

run "a_subnet_that_is_none" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpc_config = { subnet_ids = ["vpc-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }
  }

  expect_failures = [var.vpc_config]
}
