# Launches that failed, also of nodes that could not say so themselves. The rule's own metric is what the alarm reads;
# its target puts the event on the hub's bus, beside what clients report.

resource "aws_cloudwatch_event_rule" "launch_failed" {
  name        = "${var.name}-fleet-launch-failed"
  description = "Launches of capture nodes of ${var.name} that failed or were abandoned"

  event_pattern = jsonencode({
    source      = ["aws.autoscaling"]
    detail-type = ["EC2 Instance Launch Unsuccessful"]
    detail      = { AutoScalingGroupName = [for group in values(local.groups) : group.name] }
  })

  tags = local.tags

  lifecycle {
    precondition {
      # Quota "Event pattern size", EventBridge User Guide.
      condition     = sum(concat([120], [for group in values(local.groups) : length(group.name) + 3])) <= 2048
      error_message = <<-EOT
        subnets has too many or too long keys for group_per_zone: the event pattern that names the groups would
        be longer than the 2,048 bytes that EventBridge takes.
      EOT
    }
  }

  # PutRule overwrites: not before what a second deployment of this name cannot make.
  depends_on = [aws_cloudwatch_event_bus.this]
}

resource "aws_cloudwatch_event_target" "launch_failed" {
  rule     = aws_cloudwatch_event_rule.launch_failed.name
  arn      = aws_cloudwatch_event_bus.this.arn
  role_arn = aws_iam_role.launch_failed.arn
}

# Amazon EventBridge, "Cross-service confused deputy prevention": EventBridge gives both conditions for rule targets.
data "aws_iam_policy_document" "launch_failed_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = [module.identity.service_principals.events]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_cloudwatch_event_rule.launch_failed.arn]
    }
  }
}

data "aws_iam_policy_document" "launch_failed" {
  statement {
    sid       = "PutOnHubBus"
    actions   = ["events:PutEvents"]
    resources = [aws_cloudwatch_event_bus.this.arn]
  }
}

resource "aws_iam_role" "launch_failed" {
  name                 = "${var.name}-fleet-events-${local.region}"
  description          = "Lets EventBridge put failed launches of ${var.name} on the hub's bus"
  path                 = var.iam_path
  assume_role_policy   = data.aws_iam_policy_document.launch_failed_trust.json
  permissions_boundary = var.permissions_boundary

  # As the nodes' role.
  tags = var.tags

  lifecycle {
    ignore_changes       = [name]
    replace_triggered_by = [terraform_data.name]
  }
}

resource "aws_iam_role_policy" "launch_failed" {
  name   = "events"
  role   = aws_iam_role.launch_failed.id
  policy = data.aws_iam_policy_document.launch_failed.json
}
