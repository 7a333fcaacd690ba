# The table of claims (who asked for which mirror until when, and what became of it), and the policy of a requester. Keys and
# attributes: functions/aws/demand-items.ts.

locals {
  # Composed, as the queues' (queue.tf): the policies are then known at plan.
  demands_table_arn = "${local.arns.dynamodb}:table/${var.name}-demands"
  # The path itself is the resource of a call that lists it.
  earlier_demands_arn = "${local.arns.ssm}:parameter/${var.name}/demands"
  demands_setting     = merge({ table = aws_dynamodb_table.demands.name }, module.inputs.demands)
}

resource "aws_dynamodb_table" "demands" {
  #checkov:skip=CKV_AWS_119:The key is the input kms_key_arn; without one DynamoDB encrypts with its own, as the queues and the logs do
  name         = "${var.name}-demands"
  billing_mode = "PAY_PER_REQUEST"
  # IAM keeps requesters apart by it (dynamodb:LeadingKeys, below).
  hash_key  = "requester"
  range_key = "item"

  attribute {
    name = "requester"
    type = "S"
  }

  attribute {
    name = "item"
    type = "S"
  }

  # Only cleans up: the functions' clock decides what has ended, since DynamoDB may delete days later (Developer Guide, "Time to
  # Live").
  ttl {
    attribute_name = "remove_at"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  # Without a key of the user's, DynamoDB encrypts with one that it owns, which costs nothing and needs no permission.
  server_side_encryption {
    enabled     = var.kms_key_arn != null
    kms_key_arn = var.kms_key_arn
  }

  # All that is in it has an end, and a destroy is to leave nothing behind.
  deletion_protection_enabled = false

  tags = var.tags

  # Where the name is taken by a second deployment, the bus says so first, before anything is made.
  depends_on = [aws_cloudwatch_event_bus.this]
}

data "aws_iam_policy_document" "request" {
  # events:source and events:detail-type are lists (ArrayOfString, Service Authorization Reference, "Amazon
  # EventBridge"): ForAllValues wants every one of them in the set, and is also true of none, which Null rules out.
  statement {
    sid       = "AskForOneself"
    actions   = ["events:PutEvents"]
    resources = [local.event_bus_arn]

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "events:source"
      values   = ["${local.requester_source}/$${aws:userid}"]
    }

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "events:detail-type"
      values   = local.bus_rules["requests"].event_pattern.detail-type
    }

    condition {
      test     = "Null"
      variable = "events:source"
      values   = ["false"]
    }

    condition {
      test     = "Null"
      variable = "events:detail-type"
      values   = ["false"]
    }
  }

  # Its own partition and no other. A scan has no leading keys, so it could not be kept apart and is not permitted at all
  # (DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control").
  statement {
    sid       = "ReadOwnClaims"
    actions   = ["dynamodb:GetItem", "dynamodb:Query"]
    resources = [local.demands_table_arn]

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "dynamodb:LeadingKeys"
      values   = ["$${aws:userid}"]
    }

    condition {
      test     = "Null"
      variable = "dynamodb:LeadingKeys"
      values   = ["false"]
    }
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid = "ReadEncryptedClaims"
      # As the functions' (iam-follow-up.tf).
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
