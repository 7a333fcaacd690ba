# What the function may do: describe; make endpoints of the one service in the VPCs given, and targets of such endpoints,
# under its own name; change and delete what carries that name.

locals {
  ec2_arn       = local.arns.ec2
  endpoint_arns = ["${local.ec2_arn}:vpc-endpoint/*", "${local.ec2_arn}:traffic-mirror-target/*"]
}

data "aws_iam_policy_document" "endpoints" {
  #checkov:skip=CKV_AWS_356:EC2 has no resource-level permissions for describing (Service Authorization Reference, "Amazon EC2").
  for_each = local.automatic

  statement {
    sid = "Observe"
    actions = [
      "ec2:DescribeInstances",
      # CreateVpcEndpoint depends on this one and DescribeVpcs (Service Authorization Reference).
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeTrafficMirrorSessions",
      "ec2:DescribeTrafficMirrorTargets",
      "ec2:DescribeVpcEndpoints",
      "ec2:DescribeVpcEndpointServices",
      "ec2:DescribeVpcs",
    ]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [local.region]
    }
  }

  statement {
    sid       = "DeleteOwn"
    actions   = ["ec2:DeleteVpcEndpoints", "ec2:DeleteTrafficMirrorTarget"]
    resources = local.endpoint_arns

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/${local.tag_keys.endpoints}"
      values   = [var.name]
    }
  }

  statement {
    sid       = "TagOwnAgain"
    actions   = ["ec2:CreateTags"]
    resources = local.endpoint_arns

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/${local.tag_keys.endpoints}"
      values   = [var.name]
    }

    # Never into another function's hands.
    condition {
      test     = "StringEqualsIfExists"
      variable = "aws:RequestTag/${local.tag_keys.endpoints}"
      values   = [var.name]
    }
  }

  # Two marks come off again; a call without keys would take every tag off.
  statement {
    sid       = "TakeMarksOff"
    actions   = ["ec2:DeleteTags"]
    resources = local.endpoint_arns

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/${local.tag_keys.endpoints}"
      values   = [var.name]
    }

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = [local.tag_keys.target_leaving, local.tag_keys.idle_since]
    }

    condition {
      test     = "Null"
      variable = "aws:TagKeys"
      values   = ["false"]
    }
  }

  statement {
    sid       = "TakeEvents"
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    resources = [local.endpoints_queue_arn]
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "ReadEncryptedEvents"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["sqs.${local.region}.${module.identity.dns_suffix}"]
      }
    }
  }
}

data "aws_iam_policy_document" "make_endpoints" {
  for_each = local.automatic

  # The subnet need not be bound: EC2 refuses one of another VPC than the call names. A VPC's id is its own in every region
  # and account, and 80 of them must fit into the role.
  statement {
    sid     = "InOurVpcs"
    actions = ["ec2:CreateVpcEndpoint"]
    resources = concat(
      [for vpc in values(module.inputs.vpcs) : "arn:${module.identity.partition}:ec2:*:*:vpc/${vpc.vpc_id}"],
      ["${local.ec2_arn}:subnet/*"],
    )
  }

  statement {
    sid       = "MakeOwnEndpointsOfTheService"
    actions   = ["ec2:CreateVpcEndpoint"]
    resources = ["${local.ec2_arn}:vpc-endpoint/*"]

    condition {
      test     = "StringEquals"
      variable = "ec2:VpceServiceName"
      values   = [var.endpoint_service_name]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/${local.tag_keys.endpoints}"
      values   = [var.name]
    }
  }

  statement {
    sid       = "MakeOwnTargets"
    actions   = ["ec2:CreateTrafficMirrorTarget"]
    resources = ["${local.ec2_arn}:traffic-mirror-target/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/${local.tag_keys.endpoints}"
      values   = [var.name]
    }
  }

  # Without this a target could lead the copy to any endpoint of the account.
  statement {
    sid       = "OfOwnEndpointsOfTheService"
    actions   = ["ec2:CreateTrafficMirrorTarget"]
    resources = ["${local.ec2_arn}:vpc-endpoint/*"]

    condition {
      test     = "StringEquals"
      variable = "ec2:VpceServiceName"
      values   = [var.endpoint_service_name]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/${local.tag_keys.endpoints}"
      values   = [var.name]
    }
  }

  statement {
    sid       = "TagNew"
    actions   = ["ec2:CreateTags"]
    resources = local.endpoint_arns

    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = ["CreateVpcEndpoint", "CreateTrafficMirrorTarget"]
    }
  }
}

# On destroy the function loses this before drain runs, which does not need it: a run that is still under way leaves
# nothing behind.
resource "aws_iam_role_policy" "make_endpoints" {
  for_each = local.automatic

  name   = "make-endpoints"
  role   = module.endpoints[each.key].role_name
  policy = data.aws_iam_policy_document.make_endpoints[each.key].json

  depends_on = [aws_lambda_invocation.drain]
}
