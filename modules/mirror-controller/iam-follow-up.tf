# What the functions may do besides sessions: keep demands, report, complete lifecycle hooks.

data "aws_iam_policy_document" "follow_up" {
  # Under the functions' own name alone, so that a request can not be forged through them.
  statement {
    sid       = "Report"
    actions   = ["events:PutEvents"]
    resources = [local.event_bus_arn]

    # A list, as in requests.tf.
    condition {
      test     = "ForAllValues:StringEquals"
      variable = "events:source"
      values   = [local.controller_source]
    }

    condition {
      test     = "Null"
      variable = "events:source"
      values   = ["false"]
    }
  }

  statement {
    sid     = "ListDemands"
    actions = ["ssm:GetParametersByPath"]
    # The path itself is the resource of the call.
    resources = [local.demands_arn, "${local.demands_arn}/*"]
  }

  statement {
    sid = "KeepDemands"
    actions = [
      "ssm:GetParameters",
      "ssm:PutParameter",
      "ssm:DeleteParameters",
      # PutParameter with tags needs it.
      "ssm:AddTagsToResource",
    ]
    resources = ["${local.demands_arn}/*"]
  }
}

# Of reconcile alone: an instance that is held has an event.
data "aws_iam_policy_document" "hooks" {
  count = length(local.hooks) > 0 ? 1 : 0

  statement {
    sid       = "CompleteHooks"
    actions   = ["autoscaling:CompleteLifecycleAction"]
    resources = local.hook_group_arns
  }

  # How many launches failed within the hour: the circuit breaker of abandon.
  dynamic "statement" {
    for_each = local.hooks_abandon ? [1] : []

    content {
      #checkov:skip=CKV_AWS_356:DescribeScalingActivities has no resource-level permissions (Service Authorization Reference).
      sid       = "CountFailedLaunches"
      actions   = ["autoscaling:DescribeScalingActivities"]
      resources = ["*"]

      condition {
        test     = "StringEquals"
        variable = "aws:RequestedRegion"
        values   = [local.region]
      }
    }
  }
}
