# Every wrong input fails at plan. One run per validation; its name says what is refused.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  identity = {
    account_id         = "111122223333"
    region             = "eu-west-1"
    partition          = "aws"
    arns               = { lambda = "arn:aws:lambda:eu-west-1:111122223333" }
    service_principals = { lambda = "lambda.amazonaws.com" }
  }
  name        = "mirror-sweep"
  function    = "sweep"
  description = "Brings all mirror sessions in line"
  policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
}

run "a_name_in_capitals" {
  command = plan

  variables {
    name = "Mirror"
  }

  expect_failures = [var.name]
}

run "a_function_that_is_no_folder" {
  command = plan

  variables {
    function = "../sweep"
  }

  expect_failures = [var.function]
}

run "a_description_above_256_characters" {
  command = plan

  variables {
    description = format("%0257d", 0)
  }

  expect_failures = [var.description]
}

run "a_package_without_a_bucket" {
  command = plan

  variables {
    lambda_package = { s3_bucket = "" }
  }

  expect_failures = [var.lambda_package]
}

run "an_unknown_architecture" {
  command = plan

  variables {
    architecture = "amd64"
  }

  expect_failures = [var.architecture]
}

run "a_runtime_older_than_the_bundles" {
  command = plan

  variables {
    runtime = "nodejs20.x"
  }

  expect_failures = [var.runtime]
}

run "too_little_memory" {
  command = plan

  variables {
    memory_size = 64
  }

  expect_failures = [var.memory_size]
}

run "a_timeout_above_15_minutes" {
  command = plan

  variables {
    timeout = 901
  }

  expect_failures = [var.timeout]
}

run "a_reservation_of_0" {
  command = plan

  variables {
    reserved_concurrent_executions = 0
  }

  expect_failures = [var.reserved_concurrent_executions]
}

run "three_asynchronous_retries" {
  command = plan

  variables {
    event_invoke = { maximum_retry_attempts = 3, maximum_event_age_in_seconds = 60 }
  }

  expect_failures = [var.event_invoke]
}

run "an_event_age_under_a_minute" {
  command = plan

  variables {
    event_invoke = { maximum_retry_attempts = 0, maximum_event_age_in_seconds = 30 }
  }

  expect_failures = [var.event_invoke]
}

run "an_unknown_tracing_mode" {
  command = plan

  variables {
    tracing_mode = "On"
  }

  expect_failures = [var.tracing_mode]
}

run "a_permissions_boundary_that_is_no_policy" {
  command = plan

  variables {
    permissions_boundary = "boundary"
  }

  expect_failures = [var.permissions_boundary]
}

run "a_key_alias_for_a_key" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:alias/mirror"
  }

  expect_failures = [var.kms_key_arn]
}

run "a_log_retention_that_cloudwatch_refuses" {
  command = plan

  variables {
    log_retention_days = 10
  }

  expect_failures = [var.log_retention_days]
}

run "a_name_too_long_for_its_role_in_this_region" {
  command = plan

  variables {
    name = "a123456789012345678901234567890123456789012345678"
    identity = {
      account_id         = "111122223333"
      region             = "ap-southeast-1234"
      partition          = "aws"
      arns               = { lambda = "arn:aws:lambda:ap-southeast-1234:111122223333" }
      service_principals = { lambda = "lambda.amazonaws.com" }
    }
  }

  expect_failures = [aws_iam_role.this]
}

run "more_tags_with_the_providers_than_iam_takes" {
  command = plan

  variables {
    tags = { for index in range(45) : "key-${index}" => "x" }
  }

  override_data {
    target = data.aws_default_tags.this
    values = { tags = { a = "1", b = "2", c = "3", d = "4", e = "5", f = "6" } }
  }

  expect_failures = [aws_iam_role.this]
}

run "a_vpc_without_a_security_group" {
  command = plan

  variables {
    vpc_config = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = [] }
  }

  expect_failures = [var.vpc_config]
}

run "a_subnet_that_is_none" {
  command = plan

  variables {
    vpc_config = { subnet_ids = ["vpc-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }
  }

  expect_failures = [var.vpc_config]
}

run "a_security_group_by_its_name" {
  command = plan

  variables {
    vpc_config = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = ["default"] }
  }

  expect_failures = [var.vpc_config]
}

run "inline_policies_that_iam_would_refuse" {
  command = plan

  variables {
    policy_json = jsonencode({
      Version = "2012-10-17"
      Statement = [
        for index in range(100) :
        { Effect = "Allow", Action = "ec2:DescribeInstances", Resource = "arn:aws:ec2:eu-west-1:111122223333:instance/${index}" }
      ]
    })
  }

  expect_failures = [aws_iam_role_policy.function]
}

run "an_iam_path_without_its_last_slash" {
  command = plan

  variables {
    iam_path = "/network"
  }

  expect_failures = [var.iam_path]
}
