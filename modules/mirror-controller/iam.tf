# What the functions may do with sessions (the rest is in iam-follow-up.tf). No reads beyond describing, no mutation
# outside the VPCs, filters and targets that were given, and none on a session that does not carry this controller's tag.

locals {
  ec2_arn = local.arns.ec2
  # Any account: a target may be shared with this one through AWS RAM. Targets are named by id.
  target_arn = "arn:${local.partition}:ec2:${local.region}:*:traffic-mirror-target"

  # Filters and targets that single rules name.
  rule_resources = distinct(concat(
    [for rule in local.rules : "${local.ec2_arn}:traffic-mirror-filter/${rule.filter_id}" if rule.filter_id != null],
    [for rule in local.rules : "${local.target_arn}/${rule.target_id}" if rule.target_id != null],
  ))

  # A managed policy holds 6,144 characters, a role ten of them: eight VPCs of up to six targets fit into one.
  vpc_groups = { for index, keys in chunklist(keys(module.inputs.vpcs), 8) : tostring(index) => keys }

  # Of each policy, before ids are known: all of a kind are of one length, with 24 characters of quotes, comma and id; 800
  # for what is there once.
  scope_characters = { for index, keys in local.vpc_groups : index => 800 + sum([
    for key in keys : sum([
      length("arn:${local.partition}:ec2:${local.region}:*:vpc/") + 24,
      length("${local.ec2_arn}:traffic-mirror-filter/") + 24,
      module.inputs.vpcs[key].targets == null ? 24 : (length(local.target_arn) + 25) * length(module.inputs.vpcs[key].targets),
    ])
  ]) }
}

data "aws_iam_policy_document" "common" {
  #checkov:skip=CKV_AWS_356:EC2 has no resource-level permissions for describing (Service Authorization Reference, "Amazon EC2").
  statement {
    sid = "Observe"
    actions = [
      "ec2:DescribeInstances",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeTrafficMirrorFilters",
      "ec2:DescribeTrafficMirrorSessions",
      "ec2:DescribeTrafficMirrorTargets",
      "ec2:DescribeVpcEndpointServiceConfigurations",
      "ec2:DescribeVpcEndpoints",
      # VPCs that nobody listed: functions/aws/sessions/outside-vpcs.ts.
      "ec2:DescribeVpcs",
      # What stands behind a target must not be mirrored: functions/aws/sessions/receivers.ts.
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
      # A zone without a healthy node: functions/aws/sessions/unhealthy-zones.ts.
      "ec2:DescribeSubnets",
      "elasticloadbalancing:DescribeLoadBalancerAttributes",
    ]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [local.region]
    }
  }

  # Creating needs the interface, the filter and the target too, which the scope policies below allow.
  statement {
    sid       = "CreateOwnSessions"
    actions   = ["ec2:CreateTrafficMirrorSession"]
    resources = ["${local.ec2_arn}:traffic-mirror-session/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/${local.tag_keys.controller}"
      values   = [var.name]
    }
  }

  statement {
    sid       = "ChangeOwnSessions"
    actions   = ["ec2:ModifyTrafficMirrorSession", "ec2:DeleteTrafficMirrorSession"]
    resources = ["${local.ec2_arn}:traffic-mirror-session/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/${local.tag_keys.controller}"
      values   = [var.name]
    }
  }

  statement {
    sid       = "TagNewSessions"
    actions   = ["ec2:CreateTags"]
    resources = ["${local.ec2_arn}:traffic-mirror-session/*"]

    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = ["CreateTrafficMirrorSession"]
    }
  }

  statement {
    sid       = "TagOwnSessionsAgain"
    actions   = ["ec2:CreateTags"]
    resources = ["${local.ec2_arn}:traffic-mirror-session/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/${local.tag_keys.controller}"
      values   = [var.name]
    }

    # Never into another controller's hands.
    condition {
      test     = "StringEqualsIfExists"
      variable = "aws:RequestTag/${local.tag_keys.controller}"
      values   = [var.name]
    }
  }

  dynamic "statement" {
    for_each = length(local.rule_resources) > 0 ? [1] : []

    content {
      sid       = "UseFiltersAndTargetsOfRules"
      actions   = ["ec2:CreateTrafficMirrorSession", "ec2:ModifyTrafficMirrorSession"]
      resources = local.rule_resources
    }
  }

  statement {
    sid     = "ReadPolicy"
    actions = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParameterHistory"]
    resources = [
      "${local.arns.ssm}:parameter${local.policy_parameter}",
      "${local.arns.ssm}:parameter${local.policy_parameter}/*",
    ]
  }
}

data "aws_iam_policy_document" "sweep" {
  source_policy_documents = [
    data.aws_iam_policy_document.common.json,
    data.aws_iam_policy_document.follow_up.json,
  ]

  # Nobody else's: a record that events could write would be one that they could clear.
  statement {
    sid       = "KeepSweepState"
    actions   = ["ssm:GetParameter", "ssm:PutParameter"]
    resources = ["${local.arns.ssm}:parameter${local.sweep_state_parameter}"]
  }

  # Demands of the versions that kept them in parameters: read and removed once.
  statement {
    sid       = "ReadEarlierDemands"
    actions   = ["ssm:GetParametersByPath"]
    resources = [local.earlier_demands_arn, "${local.earlier_demands_arn}/*"]
  }

  statement {
    sid       = "RemoveEarlierDemands"
    actions   = ["ssm:DeleteParameters"]
    resources = ["${local.earlier_demands_arn}/*"]
  }

  statement {
    sid       = "SeeWhetherEventsWait"
    actions   = ["sqs:GetQueueAttributes"]
    resources = [local.events_queue_arn]
  }
}

data "aws_iam_policy_document" "reconcile" {
  source_policy_documents = concat([
    data.aws_iam_policy_document.common.json,
    data.aws_iam_policy_document.follow_up.json,
    data.aws_iam_policy_document.take["events"].json,
  ], data.aws_iam_policy_document.hooks[*].json)
}

# What outsiders ask for is done without a right to hooks.
data "aws_iam_policy_document" "requests" {
  source_policy_documents = [
    data.aws_iam_policy_document.common.json,
    data.aws_iam_policy_document.follow_up.json,
    data.aws_iam_policy_document.take["requests"].json,
  ]
}

# Each of the two takes from its own queue.
data "aws_iam_policy_document" "take" {
  for_each = { events = local.events_queue_arn, requests = local.requests_queue_arn }

  statement {
    sid = "TakeMessages"
    actions = [
      "sqs:ReceiveMessage",
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      # A failed message comes back later and later.
      "sqs:ChangeMessageVisibility",
    ]
    resources = [each.value]
  }

  # Until the first apply is over, events make no session. It may not write the record: see sweep's.
  statement {
    sid       = "ReadSweepState"
    actions   = ["ssm:GetParameter"]
    resources = ["${local.arns.ssm}:parameter${local.sweep_state_parameter}"]
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "ReadEncryptedMessages"
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

# Which interfaces, filters and targets sessions may join: by id, a group of VPCs in each policy.
data "aws_iam_policy_document" "scope" {
  for_each = local.vpc_groups

  statement {
    sid       = "MirrorInterfacesOfOurVpcs"
    actions   = ["ec2:CreateTrafficMirrorSession"]
    resources = ["${local.ec2_arn}:network-interface/*"]

    # Any account: a shared VPC belongs to another one.
    condition {
      test     = "ArnLike"
      variable = "ec2:Vpc"
      values   = [for key in each.value : "arn:${local.partition}:ec2:${local.region}:*:vpc/${module.inputs.vpcs[key].vpc_id}"]
    }
  }

  statement {
    sid     = "UseOurFiltersAndTargets"
    actions = ["ec2:CreateTrafficMirrorSession", "ec2:ModifyTrafficMirrorSession"]
    resources = concat(
      [for key in each.value : "${local.ec2_arn}:traffic-mirror-filter/${module.inputs.vpcs[key].filter_id}"],
      flatten([for key in each.value : [
        for target in values(coalesce(module.inputs.vpcs[key].targets, {})) : "${local.target_arn}/${target.target_id}"
      ]]),
    )
  }

  # Targets that come and go without Terraform are known by their tag. The functions check besides that the
  # endpoint behind one belongs to the service that was given: a tag alone proves nothing.
  dynamic "statement" {
    for_each = anytrue([for key in each.value : module.inputs.vpcs[key].targets == null]) ? [1] : []

    content {
      sid       = "UseTaggedTargets"
      actions   = ["ec2:CreateTrafficMirrorSession", "ec2:ModifyTrafficMirrorSession"]
      resources = ["${local.ec2_arn}:traffic-mirror-target/*"]

      condition {
        test     = "StringEquals"
        variable = "aws:ResourceTag/${local.tag_keys.target_vpc}"
        values   = [for key in each.value : module.inputs.vpcs[key].vpc_id if module.inputs.vpcs[key].targets == null]
      }
    }
  }
}

resource "aws_iam_policy" "scope" {
  for_each = local.vpc_groups

  name        = "${var.name}-scope-${each.key}-${local.region}"
  description = "Interfaces, filters and targets that the mirror sessions of ${var.name} may join (${length(each.value)} VPCs)"
  path        = var.iam_path
  policy      = data.aws_iam_policy_document.scope[each.key].json
  tags        = var.tags

  lifecycle {
    precondition {
      condition     = local.scope_characters[each.key] <= 6144
      error_message = <<-EOT
        vpcs has too many targets: the policy for ${join(", ", each.value)} would have about
        ${local.scope_characters[each.key]} characters, and IAM takes 6,144. Give one target for each availability zone, or
        null, by which they are found by their tags.
      EOT
    }

    ignore_changes       = [name]
    replace_triggered_by = [terraform_data.name]
  }
}

# On destroy the functions lose these before drain runs, which needs none of them: a run that is still under way
# leaves no session behind.
resource "aws_iam_role_policy_attachment" "reconcile_scope" {
  for_each = local.vpc_groups

  role       = module.reconcile.role_name
  policy_arn = aws_iam_policy.scope[each.key].arn

  depends_on = [aws_lambda_invocation.drain]
}

resource "aws_iam_role_policy_attachment" "requests_scope" {
  for_each = local.vpc_groups

  role       = module.requests.role_name
  policy_arn = aws_iam_policy.scope[each.key].arn

  depends_on = [aws_lambda_invocation.drain]
}

resource "aws_iam_role_policy_attachment" "sweep_scope" {
  for_each = local.vpc_groups

  role       = module.sweep.role_name
  policy_arn = aws_iam_policy.scope[each.key].arn

  depends_on = [aws_lambda_invocation.drain]
}
