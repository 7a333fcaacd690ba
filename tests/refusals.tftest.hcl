# What the modules refuse is refused once, by the root's variable, which has the name that the caller knows: a refusal of a
# module besides, which is not expected here, fails the run.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  vpcs = {}
}

run "a_wrong_value_is_refused_once" {
  command = plan

  variables {
    name                 = "Mirror"
    tags                 = { "aws:owner" = "us" }
    kms_key_arn          = "alias/mirror"
    iam_path             = "network"
    permissions_boundary = "boundary"
    alarm_actions        = ["topic"]
    runbook_url          = "http://runbook"
    log_retention_days   = 31
    log_level            = "debug"
    architecture         = "x86"
    runtime              = "nodejs18.x"
    tracing_mode         = "on"
    left_out_vpc_ids     = ["prod"]

    # The fleet's, under another name than in its module. The VPC is handed to the controller as well.
    capture_vpc_id                = "vpc-0aaa"
    capture_subnets               = { a = "a" }
    capture_max_size              = 1
    capture_instance_types        = []
    capture_bucket_retention_days = 0
  }

  expect_failures = [
    var.name,
    var.tags,
    var.kms_key_arn,
    var.iam_path,
    var.permissions_boundary,
    var.alarm_actions,
    var.runbook_url,
    var.log_retention_days,
    var.log_level,
    var.architecture,
    var.runtime,
    var.tracing_mode,
    var.left_out_vpc_ids,
    var.capture_vpc_id,
    var.capture_subnets,
    var.capture_max_size,
    var.capture_instance_types,
    var.capture_bucket_retention_days,
  ]
}
