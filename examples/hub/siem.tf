# Hands the logs of the capture tool to a SIEM: each object that a node writes is an event, the ones that the SIEM wants
# become messages in a queue, and a role lets it read queue and objects. This is what the S3 inputs of the common SIEMs
# take; they fetch the object that the message names.

locals {
  siem = var.siem == null ? {} : { this = var.siem }
}

resource "aws_cloudwatch_event_rule" "siem" {
  for_each = local.siem

  name        = "${var.name}-siem"
  description = "Logs of the capture tool in the bucket of ${var.name}"

  event_pattern = jsonencode({
    source      = ["aws.s3"]
    detail-type = ["Object Created"]
    detail = {
      bucket = { name = [module.capture_fleet.capture_bucket] }
      object = { key = [for suffix in each.value.suffixes : { suffix = suffix }] }
    }
  })

  tags = var.tags
}

resource "aws_cloudwatch_event_target" "siem" {
  for_each = local.siem

  rule = aws_cloudwatch_event_rule.siem[each.key].name
  arn  = aws_sqs_queue.siem[each.key].arn
}

resource "aws_sqs_queue" "siem" {
  for_each = local.siem

  name                       = "${var.name}-siem"
  sqs_managed_sse_enabled    = true
  message_retention_seconds  = 1209600
  visibility_timeout_seconds = 300
  policy                     = data.aws_iam_policy_document.siem_queue[each.key].json
  tags                       = var.tags

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.siem_dlq[each.key].arn
    maxReceiveCount     = 5
  })
}

# What the SIEM could not read five times.
resource "aws_sqs_queue" "siem_dlq" {
  for_each = local.siem

  name                      = "${var.name}-siem-dlq"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
  tags                      = var.tags
}

data "aws_iam_policy_document" "siem_queue" {
  for_each = local.siem

  statement {
    sid       = "EventsOfTheRule"
    actions   = ["sqs:SendMessage"]
    resources = ["arn:aws:sqs:${var.region}:${data.aws_caller_identity.this.account_id}:${var.name}-siem"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_cloudwatch_event_rule.siem[each.key].arn]
    }
  }
}

data "aws_iam_policy_document" "siem_trust" {
  for_each = local.siem

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [each.value.principal_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [each.value.external_id]
    }
  }
}

data "aws_iam_policy_document" "siem" {
  for_each = local.siem

  statement {
    sid       = "TakeMessages"
    actions   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    resources = [aws_sqs_queue.siem[each.key].arn]
  }

  # Logs only: packets stay with those who may see them.
  statement {
    sid       = "ReadLogs"
    actions   = ["s3:GetObject"]
    resources = [for suffix in each.value.suffixes : "${module.capture_fleet.capture_bucket_arn}/captures/*${suffix}"]
  }
}

resource "aws_iam_role" "siem" {
  for_each = local.siem

  name               = "${var.name}-siem-${var.region}"
  description        = "Lets the SIEM fetch logs of the capture tool"
  assume_role_policy = data.aws_iam_policy_document.siem_trust[each.key].json
  tags               = var.tags
}

resource "aws_iam_role_policy" "siem" {
  for_each = local.siem

  name   = "siem"
  role   = aws_iam_role.siem[each.key].id
  policy = data.aws_iam_policy_document.siem[each.key].json
}
