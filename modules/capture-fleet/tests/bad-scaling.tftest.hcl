# Wrong sizes and times fail at plan, with a sentence.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_data {
  target = data.aws_subnet.this["one"]
  values = {
    vpc_id               = "vpc-0123456789abcdef0"
    cidr_block           = "10.0.1.0/24"
    availability_zone    = "eu-west-1a"
    availability_zone_id = "euw1-az1"
  }
}

override_data {
  target = data.aws_subnet.this["two"]
  values = {
    vpc_id               = "vpc-0123456789abcdef0"
    cidr_block           = "10.0.2.0/24"
    availability_zone    = "eu-west-1b"
    availability_zone_id = "euw1-az2"
  }
}

variables {
  name   = "capture"
  vpc_id = "vpc-0123456789abcdef0"
  subnets = {
    one = "subnet-00000000000000001"
    two = "subnet-00000000000000002"
  }
}

run "no_traffic_as_target_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    scaling = { network_in_mbps = 0 }
  }

  expect_failures = [var.scaling]
}

run "a_type_of_unknown_bandwidth_needs_a_target" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    instance_types = ["im4gn.large"]
  }

  expect_failures = [var.scaling]
}

run "a_share_beyond_the_baseline_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    scaling = { network_share = 120 }
  }

  expect_failures = [var.scaling]
}

run "processor_time_beyond_all_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    scaling = { cpu_percent = 101 }
  }

  expect_failures = [var.scaling]
}

run "no_drops_as_threshold_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    scaling = { drop_percent = 0 }
  }

  expect_failures = [var.scaling]
}

run "a_warm_up_of_hours_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    scaling = { warmup_seconds = 7200 }
  }

  expect_failures = [var.scaling]
}

run "a_weight_for_one_of_two_types_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    instance_types = ["c6i.large", "c6i.xlarge"]
    scaling        = { weights = { "c6i.large" = 1 } }
  }

  expect_failures = [var.scaling]
}

run "a_weight_of_zero_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    scaling = { weights = { "c6i.large" = 0 } }
  }

  expect_failures = [var.scaling]
}

run "more_spot_than_all_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    scaling = { spot_percent = 101 }
  }

  expect_failures = [var.scaling]
}

run "a_warm_pool_of_spot_nodes_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    scaling = { spot_percent = 50, warm_pool = {} }
  }

  expect_failures = [var.scaling]
}

run "a_warm_pool_in_an_unknown_state_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    scaling = { warm_pool = { state = "Asleep" } }
  }

  expect_failures = [var.scaling]
}

run "a_warm_pool_smaller_than_the_group_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    scaling = { warm_pool = { max_prepared = 1 } }
  }

  expect_failures = [var.scaling]
}

run "a_recurrence_of_six_fields_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    scaling = { schedules = { a = { recurrence = "0 0 7 * * *", min_size = 2 } } }
  }

  expect_failures = [var.scaling]
}

run "a_schedule_without_a_size_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    scaling = { schedules = { a = { recurrence = "0 7 * * *" } } }
  }

  expect_failures = [var.scaling]
}

run "a_schedule_that_leaves_no_node_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    scaling = { schedules = { a = { recurrence = "0 7 * * *", min_size = 0 } } }
  }

  expect_failures = [var.scaling]
}

run "a_schedule_beyond_the_maximum_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    scaling = { schedules = { a = { recurrence = "0 7 * * *", desired_capacity = 9 } } }
  }

  expect_failures = [var.scaling]
}

run "checkpoints_that_fall_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    scaling = { refresh = { checkpoint_percentages = [50, 20] } }
  }

  expect_failures = [var.scaling]
}

run "a_checkpoint_of_three_days_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    scaling = { refresh = { checkpoint_delay_seconds = 259200 } }
  }

  expect_failures = [var.scaling]
}

run "a_launch_without_time_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    hooks = { launch_timeout_seconds = 10 }
  }

  expect_failures = [var.hooks]
}

run "a_leave_shorter_than_two_heartbeats_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    hooks = { terminate_timeout_seconds = 90 }
  }

  expect_failures = [var.hooks]
}

run "a_drain_longer_than_a_hook_can_last_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    hooks = { terminate_timeout_seconds = 120, drain_limit_seconds = 12001 }
  }

  expect_failures = [var.hooks]
}
