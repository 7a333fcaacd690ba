# What both modules are given is refused once, by the composition's own variable: a refusal of a module besides, which is not
# expected here, fails the run.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  endpoint_service_name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
  vpcs = {
    prod = {
      vpc_id  = "vpc-0123456789abcdef0"
      subnets = { a = "subnet-0123456789abcdef0" }
    }
  }
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
    lambda_package       = { s3_bucket = "" }
    vpc_config           = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = [] }
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
    var.lambda_package,
    var.vpc_config,
  ]
}
