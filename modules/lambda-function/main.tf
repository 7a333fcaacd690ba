# What has the region or the account in a name that cannot be changed keeps the name it was made with, even where a plan
# does not know them (modules/identity); another name of the caller's makes it anew.
resource "terraform_data" "name" {
  input = var.name
}

locals {
  # Functions are built into this repository, so that a module taken from git applies without a build step.
  zip = "${path.module}/../../functions/dist/${var.function}.zip"

  # As Lambda's refusal shows what it has measured ("String measured: {…}"). length counts characters; base64 turns three
  # bytes into four of them.
  environment_bytes = floor(length(base64encode(jsonencode(merge(var.environment, var.environment_stand_ins)))) * 3 / 4)
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_117:The functions call AWS APIs alone, and in a VPC would fail with its NAT gateway or endpoints; var.vpc_config does it.
  #checkov:skip=CKV_AWS_116:An event function's queue has a dead-letter queue; after a scheduled run the next one comes, so a kept event is stale.
  #checkov:skip=CKV_AWS_115:A new account has ten concurrent executions, none of which can be reserved; var.reserved_concurrent_executions does it.
  #checkov:skip=CKV_AWS_50:Tracing is var.tracing_mode: each run is a sweep or a batch, which its log explains better, and traces are billed.
  #checkov:skip=CKV_AWS_173:The environment holds no secret; var.kms_key_arn encrypts it with a customer key.
  #checkov:skip=CKV_AWS_272:Signing needs an organization's profile; the zips are reproducible, and var.lambda_package serves signed copies.
  function_name = var.name
  description   = var.description
  role          = aws_iam_role.this.arn

  filename  = var.lambda_package == null ? local.zip : null
  s3_bucket = try(var.lambda_package.s3_bucket, null)
  s3_key    = try("${var.lambda_package.s3_key_prefix}${var.function}.zip", null)
  # Also for S3: a new release of this module changes the digest, which makes Lambda fetch the object again.
  source_code_hash = filebase64sha256(local.zip)

  handler                        = "index.handler"
  runtime                        = var.runtime
  architectures                  = [var.architecture]
  memory_size                    = var.memory_size
  timeout                        = var.timeout
  reserved_concurrent_executions = var.reserved_concurrent_executions
  kms_key_arn                    = var.kms_key_arn
  tags                           = var.tags

  environment {
    variables = var.environment
  }

  dynamic "vpc_config" {
    for_each = var.vpc_config == null ? [] : [var.vpc_config]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  logging_config {
    # Text: the functions write their own JSON, and Lambda's JSON format would wrap the metrics that CloudWatch
    # reads out of the log (embedded metric format).
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.this.name
  }

  tracing_config {
    mode = var.tracing_mode
  }

  lifecycle {
    precondition {
      condition     = local.environment_bytes <= 4096
      error_message = <<-EOT
        tags, the provider's default_tags and left_out_vpc_ids are too long together: the environment of the function
        ${var.name} would have ${local.environment_bytes} bytes, and Lambda takes 4,096 in all.
      EOT
    }
  }

  # A first run before the log policy is there would leave no log. Lambda checks when it makes the function that it
  # may make interfaces.
  depends_on = [aws_iam_role_policy.log, aws_iam_role_policy.network]
}

resource "aws_lambda_function_event_invoke_config" "this" {
  count = var.event_invoke == null ? 0 : 1

  function_name                = aws_lambda_function.this.function_name
  maximum_retry_attempts       = var.event_invoke.maximum_retry_attempts
  maximum_event_age_in_seconds = var.event_invoke.maximum_event_age_in_seconds
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:CloudWatch Logs encrypts by itself; var.kms_key_arn makes it a customer key.
  #checkov:skip=CKV_AWS_338:The retention is the caller's: var.log_retention_days.
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}
