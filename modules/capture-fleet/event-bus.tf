resource "aws_cloudwatch_event_bus" "this" {
  # Not <name>: the controller of the same name may live in the same account and has a bus of its own.
  name = "${var.name}-hub"

  tags = local.tags
}

locals {
  # What a controller reports; requests stay on its own bus. The clients' rules pass reports on with their source.
  report_source = "traffic-mirror.controller"
  # An organisation needs one statement however many accounts it has.
  event_bus_statements = merge(
    length(var.clients) > 0 ? { ClientsPutEvents = { principals = local.client_principals, organization_id = null } } : {},
    var.client_organization_id != null ? { OrganizationPutsEvents = { principals = ["*"], organization_id = var.client_organization_id } } : {},
  )
}

data "aws_iam_policy_document" "event_bus" {
  #checkov:skip=CKV_AWS_283:Every account only within the organisation that the condition names.
  count = length(local.event_bus_statements) > 0 ? 1 : 0

  dynamic "statement" {
    for_each = local.event_bus_statements

    content {
      sid       = statement.key
      actions   = ["events:PutEvents"]
      resources = [aws_cloudwatch_event_bus.this.arn]

      principals {
        type        = "AWS"
        identifiers = statement.value.principals
      }

      condition {
        test     = "StringEquals"
        variable = "events:source"
        values   = [local.report_source]
      }

      dynamic "condition" {
        for_each = statement.value.organization_id[*]

        content {
          test     = "StringEquals"
          variable = "aws:PrincipalOrgID"
          values   = [condition.value]
        }
      }
    }
  }
}

resource "aws_cloudwatch_event_bus_policy" "this" {
  count = length(local.event_bus_statements) > 0 ? 1 : 0

  event_bus_name = aws_cloudwatch_event_bus.this.name
  policy         = data.aws_iam_policy_document.event_bus[0].json
}
