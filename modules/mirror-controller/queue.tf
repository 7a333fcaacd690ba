locals {
  # Composed rather than referenced, so that each queue is made in one step with its policies: SQS settles
  # every change of attributes for half a minute, and event rules come after the queue (see invocations.tf).
  events_queue_arn = "${local.arns.sqs}:${var.name}-events"
  dlq_arn          = "${local.events_queue_arn}-dlq"
  # Without a trigger nothing may send to the events queue; a condition must name something all the same.
  event_rule_arns = coalescelist(
    [for rule in local.event_rules : "${local.arns.events}:rule/${rule.name}"],
    ["${local.arns.events}:rule/-"],
  )
  request_rule_arns = [local.bus_rule_arns["requests"]]
  queues = merge(
    {
      events       = { arn = local.events_queue_arn, rule_arns = local.event_rule_arns }
      events_dlq   = { arn = local.dlq_arn, rule_arns = local.event_rule_arns }
      requests     = { arn = local.requests_queue_arn, rule_arns = local.request_rule_arns }
      requests_dlq = { arn = local.requests_dlq_arn, rule_arns = local.request_rule_arns }
    },
    { for key in local.hub : "hub_dlq" => { arn = local.hub_dlq_arn, rule_arns = [local.hub_rule_arn] } },
  )

  reconcile_timeout = 60
  # A drain may need all of it.
  sweep_timeout = 900
}

resource "aws_sqs_queue" "events" {
  name = "${var.name}-events"
  # Six times the function's time-out, as the Lambda Developer Guide asks for ("Using Lambda with Amazon SQS").
  visibility_timeout_seconds = 6 * local.reconcile_timeout
  message_retention_seconds  = 345600

  sqs_managed_sse_enabled = var.kms_key_arn == null ? true : null
  kms_master_key_id       = var.kms_key_arn

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.events_dlq.arn
    # Nobody else completes a hook or opens a demand for a finding, so reconcile lets such a message come back after 1, 2, 4 and 8
    # seconds, half a minute, 2, 10 and 30 minutes; what a sweep does as well it gives up after the fourth.
    maxReceiveCount = 9
  })
  policy = data.aws_iam_policy_document.queue["events"].json
  tags   = var.tags

  # A second deployment of this name would adopt the queue, and delete it on destroy: SQS answers CreateQueue for one that
  # exists as if it had made it. The bus cannot be made twice.
  depends_on = [aws_cloudwatch_event_bus.this]
}

# One queue for what reconcile could not do and for what EventBridge could not deliver: both hold the same
# event, mean the same (a person is needed) and go back the same way, by a redrive to the events queue.
resource "aws_sqs_queue" "events_dlq" {
  name                      = "${var.name}-events-dlq"
  message_retention_seconds = 1209600

  sqs_managed_sse_enabled = var.kms_key_arn == null ? true : null
  kms_master_key_id       = var.kms_key_arn

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.events_queue_arn]
  })
  policy = data.aws_iam_policy_document.queue["events_dlq"].json
  tags   = var.tags

  # As the events queue's.
  depends_on = [aws_cloudwatch_event_bus.this]
}

data "aws_iam_policy_document" "queue" {
  for_each = local.queues

  statement {
    sid       = "EventsOfOurRules"
    actions   = ["sqs:SendMessage"]
    resources = [each.value.arn]

    principals {
      type        = "Service"
      identifiers = [module.identity.service_principals.events]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = each.value.rule_arns
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [each.value.arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_lambda_event_source_mapping" "events" {
  event_source_arn        = aws_sqs_queue.events.arn
  function_name           = module.reconcile.function_arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]
  # No window: a lone event would wait for it. A burst fills batches without one.
  maximum_batching_window_in_seconds = 0
  tags                               = var.tags

  scaling_config {
    maximum_concurrency = module.inputs.pace.events_maximum_concurrency
  }

  # drain: see invocations.tf.
  depends_on = [
    module.reconcile,
    aws_iam_role_policy_attachment.reconcile_scope,
    aws_ssm_parameter.policy,
    aws_lambda_invocation.drain,
  ]
}
