data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = [var.identity.service_principals.lambda]
    }
  }
}

data "aws_default_tags" "this" {}

locals {
  # What the provider puts on a resource.
  all_tags = merge(data.aws_default_tags.this.tags, var.tags)
}

resource "aws_iam_role" "this" {
  # IAM is global: the region keeps the same controller name usable in several regions.
  name                 = "${var.name}-${var.identity.region}"
  description          = "Execution role of the function ${var.name}"
  path                 = var.iam_path
  assume_role_policy   = data.aws_iam_policy_document.assume.json
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags

  lifecycle {
    ignore_changes       = [name]
    replace_triggered_by = [terraform_data.name]

    precondition {
      condition = length(local.all_tags) <= 50 && (
        length(distinct([for key in keys(local.all_tags) : lower(key)])) == length(local.all_tags)
      )
      error_message = <<-EOT
        tags and the provider's default_tags must have at most 50 keys together, none of which differ by case
        alone: IAM takes no more and counts such keys as one. They have ${join(", ", keys(local.all_tags))}.
      EOT
    }

    precondition {
      condition     = length("${var.name}-${var.identity.region}") <= 64
      error_message = "name is too long: the role <name>-<region> must fit into the 64 characters of an IAM role name."
    }
  }
}

data "aws_iam_policy_document" "log" {
  statement {
    sid       = "WriteOwnLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
  }

  dynamic "statement" {
    for_each = var.tracing_mode == "Active" ? [1] : []

    content {
      #checkov:skip=CKV_AWS_356:X-Ray has no resource-level permissions for these two actions (Service Authorization Reference, "AWS X-Ray").
      #checkov:skip=CKV_AWS_111:As above.
      sid       = "WriteTraces"
      actions   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
      resources = ["*"]
    }
  }
}

resource "aws_iam_role_policy" "log" {
  name   = "log"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.log.json
}

resource "aws_iam_role_policy" "function" {
  name   = "function"
  role   = aws_iam_role.this.id
  policy = var.policy_json

  lifecycle {
    precondition {
      condition     = local.inline_bytes <= 10240
      error_message = <<-EOT
        policy_json is too long: the inline policies of the role of ${var.name} would have ${local.inline_bytes} bytes,
        and IAM takes 10,240 in all. Name fewer VPCs, filters, targets and groups one by one.
      EOT
    }
  }
}

locals {
  # IAM counts the inline policies of a role together, without white space (IAM User Guide, "IAM and AWS STS quotas").
  # The log's has at most 600 characters; its own text is known only when the log group is.
  inline_bytes = 600 + var.attached_policy_bytes + sum([
    for policy in concat([var.policy_json], data.aws_iam_policy_document.network[*].json) :
    floor(length(base64encode(jsonencode(jsondecode(policy)))) * 3 / 4)
  ])
}
