# Wrong settings of bucket, network, zones, alarms and plan fail at plan, with a sentence.

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

run "a_lock_of_unknown_mode_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    object_lock = { mode = "STRICT", days = 7 }
  }

  expect_failures = [var.object_lock]
}

run "a_lock_longer_than_the_retention_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    object_lock = { mode = "GOVERNANCE", days = 31 }
  }

  expect_failures = [var.object_lock]
}

run "a_lock_of_no_day_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    object_lock = { mode = "GOVERNANCE", days = 0 }
  }

  expect_failures = [var.object_lock]
}

run "a_lock_that_nobody_opens_and_a_bucket_that_destroy_empties_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    object_lock          = { mode = "COMPLIANCE", days = 7 }
    bucket_force_destroy = true
  }

  expect_failures = [var.object_lock]
}

run "a_fifo_queue_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    notifications = { queues = { a = { queue_arn = "arn:aws:sqs:eu-west-1:111122223333:siem.fifo" } } }
  }

  expect_failures = [var.notifications]
}

run "two_queues_for_the_same_objects_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    notifications = { queues = {
      a = { queue_arn = "arn:aws:sqs:eu-west-1:111122223333:a" }
      b = { queue_arn = "arn:aws:sqs:eu-west-1:111122223333:b" }
    } }
  }

  expect_failures = [var.notifications]
}

run "a_destination_that_is_no_block_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    https_destinations = { cidr_blocks = ["s3.amazonaws.com"] }
  }

  expect_failures = [var.https_destinations]
}

run "no_destination_at_all_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    https_destinations = { cidr_blocks = [] }
  }

  expect_failures = [var.https_destinations]
}

run "a_subnet_key_that_is_no_part_of_a_name_is_refused" {
  command = plan

  variables {
    subnets = { "zone one" = "subnet-00000000000000001" }
  }

  expect_failures = [var.subnets]
}

run "zones_on_their_own_with_fewer_nodes_than_zones_are_refused" {
  command = plan

  variables {
    cross_zone_load_balancing = false
    min_size                  = 1
  }

  expect_failures = [var.cross_zone_load_balancing]
}

run "an_action_that_is_no_arn_is_refused" {
  command = plan

  variables {
    alarm_actions = ["operators@example.com"]
  }

  expect_failures = [var.alarm_actions]
}

run "a_plan_for_no_traffic_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capacity = { expected_gbps = 0 }
  }

  expect_failures = [var.capacity]
}

run "packets_too_large_for_the_way_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capacity = { packet_bytes = 9000 }
  }

  expect_failures = [var.capacity]
}

run "more_stored_than_captured_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capacity = { stored_percent = 120 }
  }

  expect_failures = [var.capacity]
}

run "processors_that_take_nothing_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capacity = { gbps_per_vcpu = 0 }
  }

  expect_failures = [var.capacity]
}

run "a_candidate_nobody_knows_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capacity = { candidates = ["x9.mega"] }
  }

  expect_failures = [var.capacity]
}

run "facts_of_a_type_without_bandwidth_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capacity = { instances = { "x9.mega" = { vcpus = 4, baseline_gbps = 0, usd_per_hour = 1 } } }
  }

  expect_failures = [var.capacity]
}

run "a_negative_price_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capacity = { prices = { s3_gb_month = -1 } }
  }

  expect_failures = [var.capacity]
}
