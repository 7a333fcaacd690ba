# What the functions may do besides sessions: keep claims, report, complete lifecycle hooks.

data "aws_iam_policy_document" "follow_up" {
  # Under the functions' own name alone, so that a request can not be forged through them.
  statement {
    sid       = "Report"
    actions   = ["events:PutEvents"]
    resources = [local.event_bus_arn]

    # A list, as in demands.tf.
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

  # TransactWriteItems is authorized by what its items do, and a condition on an item needs nothing more than the item's own
  # action (DynamoDB Developer Guide, "Using IAM with DynamoDB transactions"). None of them scans or deletes.
  statement {
    sid       = "KeepClaims"
    actions   = ["dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"]
    resources = [local.demands_table_arn]
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid = "ReadEncryptedClaims"
      # What DynamoDB asks of the key for whoever reads or writes items; it works with a table key that it has made once
      # (DynamoDB Developer Guide, "DynamoDB encryption at rest: usage notes").
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["dynamodb.${local.region}.${module.identity.dns_suffix}"]
      }
    }
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
