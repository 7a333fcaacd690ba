# What happens here is seen in the hub: the functions' reports go on to its bus, which must allow this account
# (capture-fleet: `clients`, `organization_id`).

locals {
  hub = toset(var.hub_event_bus_arn == null ? [] : ["hub"])

  hub_rule_arn = "${local.arns.events}:rule/${var.name}/hub"
  hub_dlq_arn  = "${local.arns.sqs}:${var.name}-hub-dlq"

  hub_event_pattern = {
    source      = [local.controller_source]
    detail-type = ["Mirror Session Changed", "Mirror Source Refused", "Mirror Session Tampered", "Mirror Filter Tampered", "Mirror Sweep Completed"]
  }
}

# Unlike the other event rules this one outlives drain on destroy (invocations.tf): it starts nothing, and the hub learns of
# the sessions that go.
resource "aws_cloudwatch_event_rule" "hub" {
  for_each = local.hub

  name           = "hub"
  description    = "What ${var.name} reports, for the hub"
  event_bus_name = aws_cloudwatch_event_bus.this.name
  event_pattern  = local.event_patterns["hub"]
  tags           = var.tags

  lifecycle {
    precondition {
      condition     = var.hub_event_bus_arn != local.event_bus_arn
      error_message = "hub_event_bus_arn must not be the controller's own bus (${local.event_bus_arn}): events would go round."
    }
  }
}

resource "aws_cloudwatch_event_target" "hub" {
  for_each = local.hub

  rule           = aws_cloudwatch_event_rule.hub[each.key].name
  event_bus_name = aws_cloudwatch_event_bus.this.name
  arn            = var.hub_event_bus_arn
  role_arn       = aws_iam_role.hub[each.key].arn

  # Tried for 24 hours and up to 185 times, EventBridge's default. For a bus as target none is set: AWS's own CDK
  # offers none there, and whether PutTargets takes one is unproven.
  dead_letter_config {
    arn = aws_sqs_queue.hub_dlq[each.key].arn
  }
}

# Apart from the events' dead-letter queue, whose messages go back to the functions by a redrive.
resource "aws_sqs_queue" "hub_dlq" {
  for_each = local.hub

  name                      = "${var.name}-hub-dlq"
  message_retention_seconds = 1209600

  sqs_managed_sse_enabled = var.kms_key_arn == null ? true : null
  kms_master_key_id       = var.kms_key_arn

  policy = data.aws_iam_policy_document.queue["hub_dlq"].json
  tags   = var.tags

  # As the events queue's.
  depends_on = [aws_cloudwatch_event_bus.this]
}

data "aws_iam_policy_document" "hub_assume" {
  for_each = local.hub

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = [module.identity.service_principals.events]
    }

    # "Cross-service confused deputy prevention", EventBridge User Guide.
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.hub_rule_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_iam_role" "hub" {
  for_each = local.hub

  name                 = "${var.name}-reports-${local.region}"
  description          = "Lets EventBridge pass what ${var.name} reports on to the hub"
  path                 = var.iam_path
  assume_role_policy   = data.aws_iam_policy_document.hub_assume[each.key].json
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags

  lifecycle {
    ignore_changes       = [name]
    replace_triggered_by = [terraform_data.name]
  }
}

data "aws_iam_policy_document" "hub" {
  for_each = local.hub

  statement {
    sid       = "ReportToHub"
    actions   = ["events:PutEvents"]
    resources = [var.hub_event_bus_arn]
  }
}

resource "aws_iam_role_policy" "hub" {
  for_each = local.hub

  name   = "hub"
  role   = aws_iam_role.hub[each.key].id
  policy = data.aws_iam_policy_document.hub[each.key].json
}
