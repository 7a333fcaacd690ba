# The policy document: one JSON document in an SSM parameter, that the functions read again without a deploy.
# functions/core/sessions/policy.ts is the other side of this contract.

locals {
  policy_parameter      = "/${var.name}/policy"
  sweep_state_parameter = "/${var.name}/sweep-state"

  # Every rule with its kind, in the order in which they are tried; none where sources is null. Neither try() nor can()
  # may stand around them here and in the validations: both give up on a list as a whole as soon as one id in it is
  # unknown. Names are set here rather than by the functions, so that the plan shows when one changes.
  rules = flatten([
    for kind in local.rule_kinds : [
      for index, rule in flatten([for sources in module.inputs.sources[*] : sources[kind]]) :
      merge(rule, { kind = kind, name = coalesce(rule.name, "${kind}[${index}]") })
    ]
  ])
  rule_kinds = ["tags", "subnets", "vpcs"]

  # What the functions take a field for that is not there; null is left out everywhere. Of rules there may be hundreds.
  rule_defaults = { match = "all", interfaces = "all", on = "always" }
  # What Terraform made of the VPCs' filters, once for those that are alike.
  filter_ids_by_contents = { for vpc in values(module.inputs.vpcs) : jsonencode(vpc.filter) => vpc.filter_id... if vpc.filter != null }
  declared_filters = [
    for contents, ids in local.filter_ids_by_contents : merge(jsondecode(contents), { filter_ids = distinct(ids) })
  ]

  policy = {
    version = 1
    vpcs = [for key, vpc in module.inputs.vpcs : { for field, value in {
      key                   = key
      vpc_id                = vpc.vpc_id
      filter_id             = vpc.filter_id
      vni                   = vpc.vni
      endpoint_service_name = vpc.endpoint_service_name
      targets = vpc.targets == null ? null : [for target in values(vpc.targets) : {
        target_id         = target.target_id
        availability_zone = target.availability_zone
      }]
    } : field => value if value != null }]
    filters = local.declared_filters
    sources = module.inputs.sources == null ? null : {
      for kind in local.rule_kinds : kind => [for rule in local.rules : {
        for field, value in rule : field => value
        if field != "kind" && value != null && value != lookup(local.rule_defaults, field, null) && !(field == "outrank" && !rule.outrank)
      } if rule.kind == kind]
    }
    exclude = module.inputs.exclude
    options = {
      stopped_instances = var.stopped_instances
      allow_cross_zone  = var.allow_cross_zone
      requester_managed = module.inputs.requester_managed
      fargate           = var.fargate
      accept_sharing    = var.accept_sharing
      instance_types    = var.instance_types
    }
    lifecycle_hooks = [for hook in values(local.hooks) : {
      autoscaling_group_name = hook.autoscaling_group_name
      hook_name              = hook.hook_name
      when_not_mirrored      = hook.when_not_mirrored
      abandons_per_hour      = hook.abandons_per_hour
    }]
  }

  document        = jsonencode(local.policy)
  document_digest = sha256(local.document)
  # base64 turns three bytes into four characters: at most two bytes too many here.
  document_bytes = floor(length(base64encode(local.document)) * 3 / 4)

  # A standard parameter holds 4,096 bytes; a part begins with the digest and has a bar on either side of its
  # chunk. substr counts characters, of up to four bytes: the longest of these lengths is taken whose chunks all fit. Without
  # its padding, base64 tells the number of bytes exactly.
  parameter_bytes = 4096
  chunk_ascii     = local.parameter_bytes - 64 - 2
  chunk_length = [
    for size in [local.chunk_ascii, 3500, 3000, 2500, 2000, 1500, 1000] : size if alltrue([
      for part in range(ceil(length(local.document) / size)) :
      floor(length(replace(base64encode(substr(local.document, part * size, size)), "=", "")) * 3 / 4) <= local.chunk_ascii
    ])
  ][0]
  parts_needed = local.document_bytes <= local.parameter_bytes ? 1 : ceil(length(local.document) / local.chunk_length)

  # The number of parameters must be known at plan, when ids are not: every list counts with its largest size.
  # Should that be more than the document needs, the rest stays unused, and a document that fits stays whole.
  document_estimate = sum(concat(
    [720 + 40 * length(var.instance_types)],
    [for key, vpc in module.inputs.vpcs : 220 + length(key) + 100 * (vpc.targets == null ? 0 : length(vpc.targets))],
    [for vpc in values(module.inputs.vpcs) : vpc.filter == null ? 0 : 110 + 340 * length(concat(vpc.filter.ingress, vpc.filter.egress))],
    [for rule in local.rules : 360 + 400 * length(lookup(rule, "tags", {}))],
    [for exclusion in module.inputs.exclude.tags : 40 + 400 * length(exclusion.tags)],
    [30 * length(concat(module.inputs.exclude.subnet_ids, module.inputs.exclude.instance_ids, module.inputs.exclude.network_interface_ids))],
    [260 * length(module.inputs.exclude.autoscaling_group_names)],
    [640 * length(module.inputs.lifecycle_hooks)],
  ))
  # 64 KB is the largest document that the functions take.
  document_limit = 65536
  parts = var.policy_parts != null ? var.policy_parts : (
    local.document_estimate <= local.parameter_bytes ? 1 : ceil(min(local.document_estimate, local.document_limit) / local.chunk_ascii)
  )
}

resource "aws_ssm_parameter" "policy" {
  #checkov:skip=CKV2_AWS_34:Nothing in the policy is secret, and plans hide encrypted values, where a change of what is mirrored must show.
  #checkov:skip=CKV_AWS_337:As above.
  name        = local.policy_parameter
  description = "What ${var.name} mirrors. Written by Terraform, read by its functions."
  type        = "String"
  tier        = "Standard"
  # `value` would be sensitive, and the plan would hide what changes.
  insecure_value = local.parts_needed == 1 ? local.document : jsonencode({ parts = local.parts_needed, digest = local.document_digest })
  tags           = var.tags

  lifecycle {
    precondition {
      condition     = local.document_bytes <= local.document_limit
      error_message = <<-EOT
        sources, exclude, lifecycle_hooks and vpcs make a policy document of ${local.document_bytes} bytes; the
        functions take 65,536 at most. Select and exclude by tags or subnets rather than by single ids, or give part of
        the VPCs to a second controller.
      EOT
    }

    precondition {
      # Over the limit no number of parts helps: the message above is the one to read.
      condition     = local.document_bytes > local.document_limit || local.parts_needed <= local.parts
      error_message = <<-EOT
        policy_parts must be at least ${local.parts_needed}: the policy document has ${local.document_bytes} bytes,
        which do not fit into the ${local.parts} parameters that were estimated or given.
      EOT
    }
  }

  # The parts first, so that a reader seldom meets a head whose parts are not there yet; the digest shows it.
  depends_on = [aws_ssm_parameter.policy_part]
}

resource "aws_ssm_parameter" "policy_part" {
  #checkov:skip=CKV2_AWS_34:Nothing in the policy is secret, and plans hide encrypted values, where a change of what is mirrored must show.
  #checkov:skip=CKV_AWS_337:As above.
  for_each = toset(local.parts == 1 ? [] : [for part in range(local.parts) : tostring(part + 1)])

  name        = "${local.policy_parameter}/${each.key}"
  description = "Part ${each.key} of what ${var.name} mirrors. Written by Terraform, read by its functions."
  type        = "String"
  tier        = "Standard"
  insecure_value = local.parts_needed == 1 || tonumber(each.key) > local.parts_needed ? "unused" : join("|", [
    local.document_digest,
    substr(local.document, (tonumber(each.key) - 1) * local.chunk_length, local.chunk_length),
    "",
  ])
  tags = var.tags
}

# What sweeps must know of each other: how much was removed by policy in the last day, and whether the first apply is over
# (functions/core/sessions/first-apply.ts). It is made here and written by
# `sweep` alone (functions/core/sessions/sweep-state.ts). Where it is gone, removals by policy wait until an apply makes it
# anew.
resource "aws_ssm_parameter" "sweep_state" {
  #checkov:skip=CKV2_AWS_34:It holds hours and numbers, nothing secret.
  #checkov:skip=CKV_AWS_337:As above.
  name           = local.sweep_state_parameter
  description    = "What the sweeps of ${var.name} know of each other. Written by the function sweep."
  type           = "String"
  tier           = "Standard"
  insecure_value = jsonencode({ version = 1 })
  tags           = var.tags

  lifecycle {
    ignore_changes = [insecure_value]
  }
}
