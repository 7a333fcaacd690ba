# Wrong inputs of endpoint_management = "automatic" fail at plan, with a sentence.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name                  = "mirror"
  endpoint_service_name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
  endpoint_management   = "automatic"
  vpcs                  = { prod = { vpc_id = "vpc-00000000000000001" } }
}

run "an_unknown_management_is_refused" {
  command = plan

  variables {
    endpoint_management = "lambda"
  }

  expect_failures = [var.endpoint_management]
}

run "subnets_beside_automatic_management_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = { prod = { vpc_id = "vpc-00000000000000001", subnets = { a = "subnet-0000000000000000a" } } }
  }

  expect_failures = [var.vpcs]
}

run "more_vpcs_than_a_controller_takes_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = { for index in range(81) : format("v%02d", index) => { vpc_id = format("vpc-%017x", index) } }
  }

  expect_failures = [var.vpcs]
}

run "a_service_of_another_region_is_refused" {
  command = plan

  variables {
    endpoint_service_name = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0"
  }

  expect_failures = [aws_lambda_invocation.apply["endpoints"]]
}

run "more_tags_than_the_environment_holds_are_refused" {
  command = plan

  variables {
    tags = { for index in range(30) : format("key-%02d", index) => "0123456789012345678901234567890123456789" }
  }

  expect_failures = [aws_lambda_invocation.apply["endpoints"]]
}

run "one_vni_for_two_vpcs_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = { prod = { vpc_id = "vpc-00000000000000001", vni = 7 }, test = { vpc_id = "vpc-00000000000000002", vni = 7 } }
  }

  expect_failures = [var.vpcs]
}

run "zone_names_instead_of_ids_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    availability_zones = { a = { id = "eu-west-1a" } }
  }

  expect_failures = [var.availability_zones]
}

run "no_zones_at_all_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    availability_zones = {}
  }

  expect_failures = [var.availability_zones]
}

run "an_unknown_choice_of_zones_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    automatic = { zones = "all" }
  }

  expect_failures = [var.automatic]
}

run "part_of_a_minute_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    automatic = { idle_minutes = 0.5 }
  }

  expect_failures = [var.automatic]
}

run "more_than_a_week_of_idling_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    automatic = { idle_minutes = 10081 }
  }

  expect_failures = [var.automatic]
}

run "more_than_ten_subnet_tags_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    automatic = { subnet_tags = { for index in range(11) : "key-${index}" => "x" } }
  }

  expect_failures = [var.automatic]
}

run "subnet_tags_that_do_not_fit_the_environment_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    automatic = { subnet_tags = { for index in range(5) : format("%0120d", index) => "x" } }
  }

  expect_failures = [var.automatic]
}

run "an_evacuation_tag_without_a_key_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    automatic = { evacuation_tag = { key = "" } }
  }

  expect_failures = [var.automatic]
}

run "an_evacuation_tag_of_aws_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    automatic = { evacuation_tag = { key = "aws:gone" } }
  }

  expect_failures = [var.automatic]
}

run "a_schedule_by_cron_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    automatic = { schedule_expression = "cron(* * * * ? *)" }
  }

  expect_failures = [var.automatic]
}

run "a_schedule_of_1_minutes_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    automatic = { schedule_expression = "rate(1 minutes)" }
  }

  expect_failures = [var.automatic]
}

run "a_schedule_rarer_than_an_hour_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    automatic = { schedule_expression = "rate(2 hours)" }
  }

  expect_failures = [var.automatic]
}

run "an_alarm_action_that_is_no_arn_is_refused" {
  command = plan

  variables {
    alarm_actions = ["security@example.com"]
  }

  expect_failures = [var.alarm_actions]
}

run "a_boundary_that_is_no_policy_is_refused" {
  command = plan

  variables {
    permissions_boundary = "arn:aws:iam::111122223333:role/boundary"
  }

  expect_failures = [var.permissions_boundary]
}

run "an_alias_of_a_key_is_refused" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:alias/mirror"
  }

  expect_failures = [var.kms_key_arn]
}

run "a_retention_that_cloudwatch_does_not_know_is_refused" {
  command = plan

  variables {
    log_retention_days = 31
  }

  expect_failures = [var.log_retention_days]
}

run "an_unknown_log_level_is_refused" {
  command = plan

  variables {
    log_level = "TRACE"
  }

  expect_failures = [var.log_level]
}

run "a_package_without_a_bucket_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    lambda_package = { s3_bucket = "" }
  }

  expect_failures = [var.lambda_package]
}

run "an_unknown_architecture_is_refused" {
  command = plan

  variables {
    architecture = "riscv64"
  }

  expect_failures = [var.architecture]
}

run "an_older_runtime_is_refused" {
  command = plan

  variables {
    runtime = "nodejs20.x"
  }

  expect_failures = [var.runtime]
}

run "an_unknown_tracing_mode_is_refused" {
  command = plan

  variables {
    tracing_mode = "On"
  }

  expect_failures = [var.tracing_mode]
}

run "a_runbook_without_tls_is_refused" {
  command = plan

  variables {
    runbook_url = "http://wiki.example/runbook"
  }

  expect_failures = [var.runbook_url]
}

run "an_iam_path_without_its_first_slash_is_refused" {
  command = plan

  variables {
    iam_path = "network/"
  }

  expect_failures = [var.iam_path]
}

run "a_vpc_config_without_a_security_group_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpc_config = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = [] }
  }

  expect_failures = [var.vpc_config]
}

run "a_vpc_config_with_a_vpc_for_a_subnet_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpc_config = { subnet_ids = ["vpc-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }
  }

  expect_failures = [var.vpc_config]
}
