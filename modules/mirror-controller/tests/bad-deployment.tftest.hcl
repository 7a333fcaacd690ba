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

run "a_pace_of_0" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    pace = { sweep_per_second = 0 }
  }

  expect_failures = [var.pace]
}

run "an_events_burst_smaller_than_its_concurrency" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    pace = { events_burst = 1 }
  }

  expect_failures = [var.pace]
}

run "a_sweep_burst_of_0" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    pace = { sweep_burst = 0 }
  }

  expect_failures = [var.pace]
}

run "an_events_concurrency_that_lambda_refuses" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    pace = { events_maximum_concurrency = 1 }
  }

  expect_failures = [var.pace]
}

run "a_removal_percent_above_100" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    guardrails = { removal_percent = 120 }
  }

  expect_failures = [var.guardrails]
}

run "a_removal_minimum_below_0" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    guardrails = { removal_minimum = -1 }
  }

  expect_failures = [var.guardrails]
}

run "an_acknowledgement_without_a_time" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    guardrails = { acknowledged_until = "tomorrow" }
  }

  expect_failures = [var.guardrails]
}

run "a_rollout_of_0_percent" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    guardrails = { rollout_percent = 0 }
  }

  expect_failures = [var.guardrails]
}

run "a_ceiling_of_0_sessions" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    guardrails = { max_sessions = 0 }
  }

  expect_failures = [var.guardrails]
}

run "a_first_apply_of_half_a_session" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    guardrails = { first_apply_sessions = 0.5 }
  }

  expect_failures = [var.guardrails]
}

run "a_session_that_costs_less_than_nothing" {
  command = plan

  variables {
    session_usd_per_hour = -1
  }

  expect_failures = [var.session_usd_per_hour]
}

run "a_vpc_left_out_by_its_name" {
  command = plan

  variables {
    left_out_vpc_ids = ["sandbox"]
  }

  expect_failures = [var.left_out_vpc_ids]
}

run "more_vpcs_left_out_than_the_environment_holds" {
  command = plan

  variables {
    left_out_vpc_ids = [for n in range(105) : format("vpc-%017x", n)]
  }

  expect_failures = [var.left_out_vpc_ids]
}

run "a_hundred_vpcs_left_out" {
  command = plan

  variables {
    left_out_vpc_ids = [for n in range(100) : format("vpc-%017x", n)]
  }

  assert {
    condition     = length(jsondecode(local.sweep_environment.LEFT_OUT_VPC_IDS)) == 100
    error_message = "What the sentence allows must fit."
  }
}

run "a_session_quota_of_0" {
  command = plan

  variables {
    session_quota = 0
  }

  expect_failures = [var.session_quota]
}

run "an_unknown_log_level" {
  command = plan

  variables {
    log_level = "TRACE"
  }

  expect_failures = [var.log_level]
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

run "a_lambda_package_without_a_bucket" {
  command = plan

  module {
    source = "./inputs"
  }

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

  module {
    source = "./inputs"
  }

  variables {
    memory_size = { reconcile = 64 }
  }

  expect_failures = [var.memory_size]
}

run "fewer_reserved_than_the_mapping_starts" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    reserved_concurrency = { reconcile = 1 }
  }

  expect_failures = [var.reserved_concurrency]
}

run "a_single_sweep_reserved" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    reserved_concurrency = { sweep = 1 }
  }

  expect_failures = [var.reserved_concurrency]
}

run "an_unknown_tracing_mode" {
  command = plan

  variables {
    tracing_mode = "On"
  }

  expect_failures = [var.tracing_mode]
}

run "a_runbook_without_tls" {
  command = plan

  variables {
    runbook_url = "http://wiki.example/runbook"
  }

  expect_failures = [var.runbook_url]
}

run "an_iam_path_without_its_last_slash" {
  command = plan

  variables {
    iam_path = "/network"
  }

  expect_failures = [var.iam_path]
}

run "an_iam_path_longer_than_iam_takes" {
  command = plan

  variables {
    iam_path = "/${join("", [for index in range(511) : "x"])}/"
  }

  expect_failures = [var.iam_path]
}
