# A function with its role and its log, and nothing it does not need.

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

run "the_zip_of_the_repository_is_deployed_with_its_digest" {
  command = plan

  assert {
    condition     = endswith(aws_lambda_function.this.filename, "functions/dist/sweep.zip") && aws_lambda_function.this.s3_bucket == null
    error_message = "Without a package the repository's own zip must be used."
  }

  assert {
    condition     = aws_lambda_function.this.source_code_hash == filebase64sha256("${path.module}/../../functions/dist/sweep.zip")
    error_message = "The digest must be the zip's."
  }

  assert {
    condition = (
      aws_lambda_function.this.runtime == "nodejs22.x" &&
      aws_lambda_function.this.architectures == tolist(["arm64"]) &&
      aws_lambda_function.this.handler == "index.handler"
    )
    error_message = "Node.js 22 on arm64 by default."
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == -1 && aws_lambda_function.this.tracing_config[0].mode == "PassThrough"
    error_message = "Nothing is reserved and nothing is traced unless asked for."
  }
}

run "a_package_is_taken_from_the_bucket_under_its_prefix" {
  command = plan

  variables {
    lambda_package = { s3_bucket = "code", s3_key_prefix = "traffic-mirror/1.0.0/" }
  }

  assert {
    condition = (
      aws_lambda_function.this.s3_bucket == "code" &&
      aws_lambda_function.this.s3_key == "traffic-mirror/1.0.0/sweep.zip" &&
      aws_lambda_function.this.filename == null
    )
    error_message = "The key must be the prefix and the function's zip."
  }

  assert {
    condition     = aws_lambda_function.this.source_code_hash == filebase64sha256("${path.module}/../../functions/dist/sweep.zip")
    error_message = "A new release must make Lambda fetch the object again."
  }
}

run "the_role_carries_the_region_and_writes_its_own_log_alone" {
  command = apply

  assert {
    condition     = aws_iam_role.this.name == "mirror-sweep-eu-west-1"
    error_message = "IAM is global, so the name must show the region."
  }

  assert {
    condition = (
      one(data.aws_iam_policy_document.log.statement).actions == toset(["logs:CreateLogStream", "logs:PutLogEvents"]) &&
      one(data.aws_iam_policy_document.log.statement).resources == toset(["${aws_cloudwatch_log_group.this.arn}:*"])
    )
    error_message = "No other log group, and none made by the function itself."
  }
}

run "the_log_is_kept_for_30_days" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/lambda/mirror-sweep" && aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "The log group must exist before the function, with a retention."
  }
}

run "active_tracing_comes_with_its_permission" {
  command = plan

  variables {
    tracing_mode = "Active"
  }

  assert {
    condition     = [for statement in data.aws_iam_policy_document.log.statement : statement.sid] == ["WriteOwnLog", "WriteTraces"]
    error_message = "Traces must be allowed when they are asked for."
  }
}

run "a_key_encrypts_environment_and_log" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0123"
  }

  assert {
    condition     = aws_lambda_function.this.kms_key_arn == var.kms_key_arn && aws_cloudwatch_log_group.this.kms_key_id == var.kms_key_arn
    error_message = "Both must use the key."
  }
}

run "asynchronous_calls_are_configured_only_when_asked_for" {
  command = plan

  assert {
    condition     = length(aws_lambda_function_event_invoke_config.this) == 0
    error_message = "Lambda's own defaults unless said otherwise."
  }
}

run "a_failed_asynchronous_call_is_not_repeated_where_that_is_said" {
  command = plan

  variables {
    event_invoke = { maximum_retry_attempts = 0, maximum_event_age_in_seconds = 60 }
  }

  assert {
    condition = (
      aws_lambda_function_event_invoke_config.this[0].maximum_retry_attempts == 0 &&
      aws_lambda_function_event_invoke_config.this[0].maximum_event_age_in_seconds == 60
    )
    error_message = "No retry, and none that is older than a minute."
  }
}

run "a_boundary_and_tags_reach_role_function_and_log" {
  command = plan

  variables {
    permissions_boundary = "arn:aws:iam::111122223333:policy/boundary"
    tags                 = { Team = "security" }
  }

  assert {
    condition     = aws_iam_role.this.permissions_boundary == "arn:aws:iam::111122223333:policy/boundary"
    error_message = "The role must be bounded."
  }

  assert {
    condition = (
      aws_iam_role.this.tags == tomap({ Team = "security" }) &&
      aws_lambda_function.this.tags == tomap({ Team = "security" }) &&
      aws_cloudwatch_log_group.this.tags == tomap({ Team = "security" })
    )
    error_message = "Everything must carry the tags."
  }
}

run "no_vpc_and_no_right_to_make_interfaces_unless_asked_for" {
  command = plan

  assert {
    condition     = length(aws_lambda_function.this.vpc_config) == 0 && length(aws_iam_role_policy.network) == 0
    error_message = "The functions call AWS APIs alone."
  }
}

run "a_function_in_a_vpc_may_make_interfaces_there_alone_and_its_code_none" {
  command = plan

  variables {
    vpc_config = { subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"], security_group_ids = ["sg-0123456789abcdef0"] }
  }

  assert {
    condition = (
      aws_lambda_function.this.vpc_config[0].subnet_ids == toset(["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]) &&
      aws_lambda_function.this.vpc_config[0].security_group_ids == toset(["sg-0123456789abcdef0"])
    )
    error_message = "The function must be where it was asked to be."
  }

  assert {
    condition = (
      one([
        for statement in data.aws_iam_policy_document.network[0].statement : statement
        if contains(statement.actions, "ec2:CreateNetworkInterface") && statement.effect != "Deny"
        ]).resources == toset([
        "arn:aws:ec2:eu-west-1:*:network-interface/*",
        "arn:aws:ec2:eu-west-1:*:subnet/subnet-0123456789abcdef0",
        "arn:aws:ec2:eu-west-1:*:subnet/subnet-0123456789abcdef1",
        "arn:aws:ec2:eu-west-1:*:security-group/sg-0123456789abcdef0",
      ])
    )
    error_message = "Interfaces may be made in the subnets and with the security groups given, nowhere else."
  }

  assert {
    condition = (
      [
        for statement in data.aws_iam_policy_document.network[0].statement : statement.sid if contains(statement.resources, "*")
      ] == ["FindInterfaces", "NotByTheCode"] &&
      (
        one(data.aws_iam_policy_document.network[0].statement[3].condition).variable == "lambda:SourceFunctionArn" &&
        one(data.aws_iam_policy_document.network[0].statement[3].condition).values == tolist(["arn:aws:lambda:eu-west-1:111122223333:function:mirror-sweep"]) &&
        data.aws_iam_policy_document.network[0].statement[3].effect == "Deny"
      )
    )
    error_message = "Only describing is allowed on everything, and the code may not do what Lambda does."
  }
}
