# What Lambda needs to place the function in a VPC ("Giving Lambda functions access to resources in an Amazon VPC",
# Lambda Developer Guide). Lambda uses the role for it; the code of the function is kept from doing the same.

locals {
  ec2_arn = "arn:${var.identity.partition}:ec2:${var.identity.region}"
}

data "aws_iam_policy_document" "network" {
  #checkov:skip=CKV_AWS_356:Describing has no resource-level permissions; Lambda's guide wants DeleteNetworkInterface on all, denied to the code.
  #checkov:skip=CKV_AWS_111:As above.
  count = var.vpc_config == null ? 0 : 1

  statement {
    sid       = "FindInterfaces"
    actions   = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [var.identity.region]
    }
  }

  statement {
    sid     = "MakeInterfaces"
    actions = ["ec2:CreateNetworkInterface"]
    # Of any account, since the subnets of a shared VPC belong to another one.
    resources = concat(
      ["${local.ec2_arn}:*:network-interface/*"],
      [for id in var.vpc_config.subnet_ids : "${local.ec2_arn}:*:subnet/${id}"],
      [for id in var.vpc_config.security_group_ids : "${local.ec2_arn}:*:security-group/${id}"],
    )
  }

  statement {
    sid = "ManageInterfaces"
    actions = [
      "ec2:AssignPrivateIpAddresses",
      "ec2:DeleteNetworkInterface",
      "ec2:UnassignPrivateIpAddresses",
    ]
    # The guide: one id, which nobody knows before, or all of them in this form.
    resources = ["${local.ec2_arn}:${var.identity.account_id}:*/*"]
  }

  # lambda:SourceFunctionArn is in the request when the code calls, and not when Lambda does.
  statement {
    sid    = "NotByTheCode"
    effect = "Deny"
    actions = [
      "ec2:AssignPrivateIpAddresses",
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DetachNetworkInterface",
      "ec2:UnassignPrivateIpAddresses",
    ]
    resources = ["*"]

    condition {
      test     = "ArnEquals"
      variable = "lambda:SourceFunctionArn"
      values = [
        "${var.identity.arns.lambda}:function:${var.name}"
      ]
    }
  }
}

resource "aws_iam_role_policy" "network" {
  count = var.vpc_config == null ? 0 : 1

  name   = "network"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.network[0].json
}
