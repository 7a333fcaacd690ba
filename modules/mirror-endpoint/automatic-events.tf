# What makes the function look: a schedule, and events through a queue.

locals {
  # Composed rather than referenced, so that each queue is made in one step with its policy: SQS settles every change of
  # attributes for half a minute.
  endpoints_queue_arn = "${local.arns.sqs}:${local.endpoints_name}"
  endpoints_dlq_arn   = "${local.endpoints_queue_arn}-dlq"

  known_event_rules = {
    # Needs a CloudTrail trail that logs management events; without one it never matches.
    api_calls = {
      name        = "${local.endpoints_name}-api-calls"
      description = "Subnets, endpoints and mirror targets that come or go, for ${var.name}"
      event_pattern = {
        source      = ["aws.ec2"]
        detail-type = ["AWS API Call via CloudTrail"]
        detail = {
          eventSource = ["ec2.amazonaws.com"]
          errorCode   = [{ exists = false }]
          "$or" = [
            {
              # What the function itself deletes is in here as well: one more look, which finds nothing to do.
              eventName = [
                "CreateSubnet", "CreateDefaultSubnet", "DeleteSubnet",
                "CreateVpcEndpoint", "DeleteVpcEndpoints",
                "CreateTrafficMirrorTarget", "DeleteTrafficMirrorTarget",
              ]
            },
            {
              eventName         = ["CreateTags", "DeleteTags"]
              requestParameters = { resourcesSet = { items = { resourceId = [{ prefix = "subnet-" }] } } }
            },
          ]
        }
      }
    }

    tag_changes = {
      name        = "${local.endpoints_name}-tag-changes"
      description = "Subnets whose tags change, for ${var.name}"
      event_pattern = {
        source      = ["aws.tag"]
        detail-type = ["Tag Change on Resource"]
        resources   = [{ prefix = "${local.arns.ec2}:subnet/" }]
        detail      = { service = ["ec2"], resource-type = ["subnet"] }
      }
    }

    # Where every zone with a subnet has an endpoint, an instance says nothing new.
    ec2_state_change = {
      # EventBridge takes 64 characters, one less than a name of 38 makes.
      name        = substr("${local.endpoints_name}-ec2-state-change", 0, 64)
      description = "Instances that start, perhaps as the first of their zone, for ${var.name}"
      event_pattern = {
        source      = ["aws.ec2"]
        detail-type = ["EC2 Instance State-change Notification"]
        detail      = { state = ["pending", "running"] }
      }
    }
  }
  event_rules = {
    for trigger, rule in local.known_event_rules : trigger => rule
    if length(local.automatic) > 0 && (trigger != "ec2_state_change" || module.inputs.automatic.zones == "instances")
  }

  # In every pattern: other buses may forward events of other accounts and regions to this one.
  event_origin = { account = [local.account], region = [local.region] }
  event_patterns = {
    for trigger, rule in local.known_event_rules : trigger => jsonencode(merge(rule.event_pattern, local.event_origin))
  }

  endpoint_schedule_minutes = tonumber(regex("[0-9]+", module.inputs.automatic.schedule_expression)) * (
    strcontains(module.inputs.automatic.schedule_expression, "hour") ? 60 : 1
  )
}

resource "aws_sqs_queue" "endpoints" {
  for_each = local.automatic

  name = local.endpoints_name
  # Six times the function's time-out, as the Lambda Developer Guide asks for ("Using Lambda with Amazon SQS").
  visibility_timeout_seconds = 6 * local.endpoints_timeout
  message_retention_seconds  = 345600

  sqs_managed_sse_enabled = var.kms_key_arn == null ? true : null
  kms_master_key_id       = var.kms_key_arn

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.endpoints_dlq[each.key].arn
    maxReceiveCount     = 5
  })
  policy = data.aws_iam_policy_document.endpoints_queue["queue"].json
  tags   = var.tags

  # A second deployment of this name would adopt the queue, and delete it on destroy: SQS answers CreateQueue for one that
  # exists as if it had made it. The function cannot be made twice.
  depends_on = [module.endpoints]
}

resource "aws_sqs_queue" "endpoints_dlq" {
  for_each = local.automatic

  name                      = "${local.endpoints_name}-dlq"
  message_retention_seconds = 1209600

  sqs_managed_sse_enabled = var.kms_key_arn == null ? true : null
  kms_master_key_id       = var.kms_key_arn

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.endpoints_queue_arn]
  })
  policy = data.aws_iam_policy_document.endpoints_queue["dlq"].json
  tags   = var.tags

  # As the queue's.
  depends_on = [module.endpoints]
}

data "aws_iam_policy_document" "endpoints_queue" {
  for_each = length(local.automatic) > 0 ? { queue = local.endpoints_queue_arn, dlq = local.endpoints_dlq_arn } : {}

  statement {
    sid       = "EventsOfOurRules"
    actions   = ["sqs:SendMessage"]
    resources = [each.value]

    principals {
      type        = "Service"
      identifiers = [module.identity.service_principals.events]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [for rule in local.event_rules : "${local.arns.events}:rule/${rule.name}"]
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
    resources = [each.value]

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

resource "aws_lambda_event_source_mapping" "endpoints" {
  for_each = local.automatic

  event_source_arn        = aws_sqs_queue.endpoints[each.key].arn
  function_name           = module.endpoints[each.key].function_arn
  function_response_types = ["ReportBatchItemFailures"]
  # A burst of launches is one look: an endpoint takes minutes to be available, so nothing is lost by waiting for seconds.
  batch_size                         = 1000
  maximum_batching_window_in_seconds = 5
  tags                               = var.tags

  scaling_config {
    maximum_concurrency = 2 # Lambda takes no less for a queue
  }

  depends_on = [
    module.endpoints,
    aws_iam_role_policy.make_endpoints,
    aws_lambda_invocation.drain,
  ]
}

resource "aws_cloudwatch_event_rule" "endpoints" {
  for_each = local.event_rules

  name          = each.value.name
  description   = each.value.description
  event_pattern = local.event_patterns[each.key]
  tags          = var.tags

  # On destroy the event rules go first, then drain: see automatic-invocations.tf.
  depends_on = [aws_lambda_invocation.drain]
}

resource "aws_cloudwatch_event_target" "endpoints" {
  for_each = local.event_rules

  rule = aws_cloudwatch_event_rule.endpoints[each.key].name
  arn  = one([for queue in aws_sqs_queue.endpoints : queue.arn])

  # An hour: after that, many scheduled runs have seen what the event would have said.
  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }

  # Without one EventBridge drops what it could not deliver.
  dead_letter_config {
    arn = one([for queue in aws_sqs_queue.endpoints_dlq : queue.arn])
  }

  depends_on = [aws_lambda_event_source_mapping.endpoints]
}

module "endpoints_schedule" {
  source   = "../function-schedule"
  for_each = local.automatic

  identity            = module.identity
  name                = local.endpoints_name
  description         = "Starts the function endpoints of ${var.name}"
  schedule_expression = module.inputs.automatic.schedule_expression
  function_name       = module.endpoints[each.key].function_name
  function_arn        = module.endpoints[each.key].function_arn
  tags                = var.tags

  # On destroy before drain: see automatic-invocations.tf.
  depends_on = [
    aws_lambda_invocation.drain,
    aws_iam_role_policy.make_endpoints,
  ]
}

moved {
  from = aws_cloudwatch_event_rule.endpoints_schedule["endpoints"]
  to   = module.endpoints_schedule["endpoints"].aws_cloudwatch_event_rule.this
}

moved {
  from = aws_cloudwatch_event_target.endpoints_schedule["endpoints"]
  to   = module.endpoints_schedule["endpoints"].aws_cloudwatch_event_target.this
}

moved {
  from = aws_lambda_permission.endpoints_schedule["endpoints"]
  to   = module.endpoints_schedule["endpoints"].aws_lambda_permission.this
}
