resource "aws_cloudwatch_event_bus" "this" {
  # Not <name>: the controller of the same name may live in the same account and has a bus of its own.
  name = "${var.name}-hub"

  tags = local.tags
}

locals {
  # What the functions of mirror-controller send; requesters cannot use it (docs/adr/0009-who-asks-is-in-the-source.md).
  report_source = "traffic-mirror.controller"
  # All that goes on to a hub (modules/mirror-controller/hub.tf) begins so; what functions ask of themselves does not.
  report_types = "Mirror *"

  # 41 characters a principal in the longest partition, 700 for the rest, of 10,240 (Amazon EventBridge quotas).
  clients_listed = length(local.client_accounts) * 41 + 700 <= 10240
}

data "aws_iam_policy_document" "event_bus" {
  count = length(module.inputs.clients) > 0 ? 1 : 0

  statement {
    sid       = "ClientsPutEvents"
    actions   = ["events:PutEvents"]
    resources = [aws_cloudwatch_event_bus.this.arn]

    principals {
      type        = local.clients_listed ? "AWS" : "*"
      identifiers = local.clients_listed ? local.client_principals : ["*"]
    }

    # A call may bring events of several sources and kinds: each must be a report, and one must be there. Whose report it is
    # says the event's account, which EventBridge takes from the caller, and nothing in its detail.
    condition {
      test     = "ForAllValues:StringEquals"
      variable = "events:source"
      values   = [local.report_source]
    }

    condition {
      test     = "ForAllValues:StringLike"
      variable = "events:detail-type"
      values   = [local.report_types]
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

    dynamic "condition" {
      for_each = var.organization_id == null ? [] : [var.organization_id]

      content {
        test     = "StringEquals"
        variable = "aws:PrincipalOrgID"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_cloudwatch_event_bus_policy" "this" {
  count = length(module.inputs.clients) > 0 ? 1 : 0

  event_bus_name = aws_cloudwatch_event_bus.this.name
  policy         = data.aws_iam_policy_document.event_bus[0].json
}
