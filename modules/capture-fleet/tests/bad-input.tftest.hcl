# Wrong inputs fail at plan, with a sentence.

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

override_data {
  target = data.aws_subnet.this["three"]
  values = {
    vpc_id               = "vpc-0123456789abcdef0"
    cidr_block           = "10.0.3.0/24"
    availability_zone    = "eu-west-1a"
    availability_zone_id = "euw1-az1"
  }
}

override_data {
  target = data.aws_subnet.this["four"]
  values = {
    vpc_id               = "vpc-00000000000000bad"
    cidr_block           = "10.0.4.0/24"
    availability_zone    = "eu-west-1d"
    availability_zone_id = "euw1-az4"
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

run "an_empty_name_is_refused" {
  command = plan

  variables {
    name = ""
  }

  expect_failures = [var.name]
}

run "a_name_with_upper_case_letters_is_refused" {
  command = plan

  variables {
    name = "Capture"
  }

  expect_failures = [var.name]
}

run "a_name_that_ends_with_a_hyphen_is_refused" {
  command = plan

  variables {
    name = "capture-"
  }

  expect_failures = [var.name]
}

run "a_name_that_load_balancers_refuse_is_refused" {
  command = plan

  variables {
    name = "internal-capture"
  }

  expect_failures = [var.name]
}

run "a_name_too_long_for_the_bucket_is_refused" {
  command = plan

  variables {
    name = "abcdefghijklmnopqrstuvwxyza"
  }

  expect_failures = [var.name]
}

run "something_other_than_a_vpc_id_is_refused" {
  command = plan

  variables {
    vpc_id = "prod"
  }

  expect_failures = [var.vpc_id]
}

run "no_subnet_at_all_is_refused" {
  command = plan

  variables {
    subnets = {}
  }

  expect_failures = [var.subnets]
}

run "something_other_than_a_subnet_id_is_refused" {
  command = plan

  variables {
    subnets = { one = "10.0.1.0/24" }
  }

  expect_failures = [var.subnets]
}

run "two_subnets_of_one_zone_are_refused" {
  command = plan

  variables {
    subnets = {
      one   = "subnet-00000000000000001"
      three = "subnet-00000000000000003"
    }
  }

  expect_failures = [aws_lb.this]
}

run "a_subnet_of_another_vpc_is_refused" {
  command = plan

  variables {
    subnets = {
      one  = "subnet-00000000000000001"
      four = "subnet-00000000000000004"
    }
  }

  expect_failures = [aws_lb.this]
}

run "an_account_id_without_its_leading_zeros_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    clients = { payment = { account_id = "4455667788" } }
  }

  expect_failures = [var.clients]
}

run "more_accounts_than_a_bus_policy_holds_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    clients = { for number in range(233) : "client-${number}" => { account_id = format("%012d", number) } }
  }

  expect_failures = [var.clients]
}

run "something_other_than_an_image_is_refused" {
  command = plan

  variables {
    image_id = "debian-12"
  }

  expect_failures = [var.image_id]
}

run "a_root_device_that_is_no_device_is_refused" {
  command = plan

  variables {
    root_device_name = "xvda"
  }

  expect_failures = [var.root_device_name]
}

run "a_root_volume_of_no_size_is_refused" {
  command = plan

  variables {
    root_volume_size = 4
  }

  expect_failures = [var.root_volume_size]
}

run "no_instance_type_at_all_is_refused" {
  command = plan

  variables {
    instance_types = []
  }

  expect_failures = [var.instance_types]
}

run "one_instance_type_twice_is_refused" {
  command = plan

  variables {
    instance_types = ["c6i.large", "c6i.large"]
  }

  expect_failures = [var.instance_types]
}

run "something_other_than_an_instance_type_is_refused" {
  command = plan

  variables {
    instance_types = ["large"]
  }

  expect_failures = [var.instance_types]
}

run "instance_types_of_two_architectures_are_refused" {
  command = plan

  variables {
    instance_types = ["c6i.large", "c7g.large"]
  }

  expect_failures = [var.instance_types]
}

run "a_fleet_without_nodes_is_refused" {
  command = plan

  variables {
    min_size = 0
  }

  expect_failures = [var.min_size]
}

run "a_minimum_above_the_maximum_is_refused" {
  command = plan

  variables {
    min_size = 5
    max_size = 4
  }

  expect_failures = [var.max_size]
}

run "an_unknown_stickiness_is_refused" {
  command = plan

  variables {
    stickiness = "source_ip"
  }

  expect_failures = [var.stickiness]
}

run "a_health_port_outside_tcp_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    health_check = { port = 70000 }
  }

  expect_failures = [var.health_check]
}

run "a_health_path_without_a_slash_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    health_check = { path = "healthz" }
  }

  expect_failures = [var.health_check]
}

run "a_health_check_slower_than_its_interval_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    health_check = { interval = 5, timeout = 5 }
  }

  expect_failures = [var.health_check]
}

run "a_health_threshold_of_one_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    health_check = { unhealthy_threshold = 1 }
  }

  expect_failures = [var.health_check]
}

run "a_grace_period_below_zero_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    health_check = { grace_period = -1 }
  }

  expect_failures = [var.health_check]
}

run "a_retention_of_no_day_is_refused" {
  command = plan

  variables {
    bucket_retention_days = 0
  }

  expect_failures = [var.bucket_retention_days]
}

run "an_alias_of_a_key_is_refused" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:alias/capture"
  }

  expect_failures = [var.kms_key_arn]
}

run "something_other_than_a_policy_as_boundary_is_refused" {
  command = plan

  variables {
    permissions_boundary = "boundary"
  }

  expect_failures = [var.permissions_boundary]
}

run "a_tag_of_aws_is_refused" {
  command = plan

  variables {
    tags = { "aws:cost" = "1" }
  }

  expect_failures = [var.tags]
}

run "a_default_tag_that_differs_from_a_tag_by_case_alone_is_refused" {
  command = plan

  variables {
    tags = { Team = "a" }
  }

  override_data {
    target = data.aws_default_tags.this
    values = { tags = { team = "b" } }
  }

  expect_failures = [aws_iam_role.node]
}

run "two_tags_that_iam_takes_for_one_are_refused" {
  command = plan

  variables {
    tags = { Team = "a", team = "b" }
  }

  expect_failures = [var.tags]
}

run "a_tag_longer_than_aws_takes_is_refused" {
  command = plan

  variables {
    tags = { Team = format("%0257d", 0) }
  }

  expect_failures = [var.tags]
}

run "more_tags_than_a_resource_has_room_for_are_refused" {
  command = plan

  variables {
    tags = { for index in range(46) : "key-${index}" => "x" }
  }

  expect_failures = [var.tags]
}

run "a_tag_of_this_product_is_refused" {
  command = plan

  variables {
    tags = { "traffic-mirror:controller" = "mine" }
  }

  expect_failures = [var.tags]
}

run "a_runbook_without_tls_is_refused" {
  command = plan

  variables {
    runbook_url = "http://wiki.example/runbook"
  }

  expect_failures = [var.runbook_url]
}

run "an_iam_path_with_a_blank_is_refused" {
  command = plan

  variables {
    iam_path = "/net work/"
  }

  expect_failures = [var.iam_path]
}

run "queues_of_which_one_gets_every_object_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    notifications = {
      queues = {
        all  = { queue_arn = "arn:aws:sqs:eu-west-1:111111111111:all" }
        logs = { queue_arn = "arn:aws:sqs:eu-west-1:111111111111:logs", prefix = "captures/", suffix = ".json.gz" }
      }
    }
  }

  expect_failures = [var.notifications]
}
