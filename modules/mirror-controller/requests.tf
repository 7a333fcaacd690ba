# Requests for mirrors have a queue, a function and a concurrency of their own, so that launches, hooks and findings never
# wait behind them (docs/adr/0016-claims-in-a-table.md).

locals {
  # Composed, as the events queue's.
  requests_queue_arn = "${local.arns.sqs}:${var.name}-requests"
  requests_dlq_arn   = "${local.requests_queue_arn}-dlq"

  requests_timeout = 60
}

resource "aws_sqs_queue" "requests" {
  name = "${var.name}-requests"
  # As the events queue.
  visibility_timeout_seconds = 6 * local.requests_timeout
  message_retention_seconds  = 345600

  sqs_managed_sse_enabled = var.kms_key_arn == null ? true : null
  kms_master_key_id       = var.kms_key_arn

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.requests_dlq.arn
    # As the events queue: a request that cannot be carried out comes back later and later. One that is over a quota or
    # malformed is settled at once, so it never gets to the dead-letter queue.
    maxReceiveCount = 9
  })
  policy = data.aws_iam_policy_document.queue["requests"].json
  tags   = var.tags

  # As the events queue's.
  depends_on = [aws_cloudwatch_event_bus.this]
}

resource "aws_sqs_queue" "requests_dlq" {
  name                      = "${var.name}-requests-dlq"
  message_retention_seconds = 1209600

  sqs_managed_sse_enabled = var.kms_key_arn == null ? true : null
  kms_master_key_id       = var.kms_key_arn

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.requests_queue_arn]
  })
  policy = data.aws_iam_policy_document.queue["requests_dlq"].json
  tags   = var.tags

  # As the events queue's.
  depends_on = [aws_cloudwatch_event_bus.this]
}

resource "aws_lambda_event_source_mapping" "requests" {
  event_source_arn        = aws_sqs_queue.requests.arn
  function_name           = module.requests.function_arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]
  # As the events queue's.
  maximum_batching_window_in_seconds = 0
  tags                               = var.tags

  # Never reserved concurrency, which a new account does not have: this keeps a flood from taking the others' share.
  scaling_config {
    maximum_concurrency = module.inputs.pace.requests_maximum_concurrency
  }

  # drain: see invocations.tf.
  depends_on = [
    module.requests,
    aws_iam_role_policy_attachment.requests_scope,
    aws_ssm_parameter.policy,
    aws_lambda_invocation.drain,
  ]
}

# Keeps the quotas, writes claims down and makes their sessions.
module "requests" {
  source = "../lambda-function"

  identity              = module.identity
  name                  = "${var.name}-requests"
  function              = "requests"
  description           = "Carries out requests for mirrors and answers them in the table of ${var.name}"
  environment           = merge(local.requests_environment, local.default_tags_environment)
  environment_stand_ins = local.environment_stand_ins["requests"]
  policy_json           = data.aws_iam_policy_document.requests.json

  timeout                        = local.requests_timeout
  memory_size                    = module.inputs.memory_size.requests
  reserved_concurrent_executions = module.inputs.reserved_concurrency.requests

  architecture         = var.architecture
  runtime              = var.runtime
  tracing_mode         = var.tracing_mode
  lambda_package       = module.inputs.lambda_package
  vpc_config           = module.inputs.vpc_config
  iam_path             = var.iam_path
  permissions_boundary = var.permissions_boundary
  kms_key_arn          = var.kms_key_arn
  log_retention_days   = var.log_retention_days
  tags                 = var.tags
}
