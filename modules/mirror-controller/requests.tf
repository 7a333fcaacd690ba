# Demands: one parameter each, with the state of the mirror that was asked for. And what a requester needs to ask.

locals {
  demands_path    = "/${var.name}/demands"
  demands_arn     = "${local.arns.ssm}:parameter${local.demands_path}"
  demands_setting = merge({ path = local.demands_path }, module.inputs.demands)
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

  # Nobody else's: the functions tag a demand with the user id of who asked for it first.
  statement {
    sid       = "ReadOwnStatus"
    actions   = ["ssm:GetParameter"]
    resources = ["${local.demands_arn}/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/${local.tag_keys.requester}"
      values   = ["$${aws:userid}"]
    }
  }
}
