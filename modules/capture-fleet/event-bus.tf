resource "aws_cloudwatch_event_bus" "this" {
  # Not <name>: the controller of the same name may live in the same account and has a bus of its own.
  name = "${var.name}-hub"

  tags = local.tags
}

data "aws_iam_policy_document" "event_bus" {
  count = length(var.clients) > 0 ? 1 : 0

  statement {
    sid       = "ClientsPutEvents"
    actions   = ["events:PutEvents"]
    resources = [aws_cloudwatch_event_bus.this.arn]

    principals {
      type        = "AWS"
      identifiers = local.client_principals
    }

    condition {
      test     = "StringEquals"
      variable = "events:source"
      values   = ["traffic-mirror"]
    }
  }
}

resource "aws_cloudwatch_event_bus_policy" "this" {
  count = length(var.clients) > 0 ? 1 : 0

  event_bus_name = aws_cloudwatch_event_bus.this.name
  policy         = data.aws_iam_policy_document.event_bus[0].json
}
