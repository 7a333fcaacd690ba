# The policy document: one JSON document in an SSM parameter, that the functions read again without a deploy.
# functions/core/sessions/policy.ts is the other side of this contract.

locals {
  policy_parameter = "/${var.name}/policy"

  # The entries, none where sources is null. Neither try() nor can() may stand around them here and in the
  # validations: both give up on a list as a whole as soon as one id in it is unknown.
  sources = {
    tags    = flatten(var.sources[*].tags)
    subnets = flatten(var.sources[*].subnets)
    vpcs    = flatten(var.sources[*].vpcs)
  }

  policy = {
    version = 1
    vpcs = [for key, vpc in var.vpcs : {
      key                   = key
      vpc_id                = vpc.vpc_id
      filter_id             = vpc.filter_id
      vni                   = vpc.vni
      endpoint_service_name = vpc.endpoint_service_name
      targets = vpc.targets == null ? null : [for target in values(vpc.targets) : {
        target_id         = target.target_id
        availability_zone = target.availability_zone
      }]
    }]
    # Names are set here rather than by the functions, so that the plan shows when one changes.
    sources = var.sources == null ? null : {
      tags    = [for index, entry in local.sources.tags : merge(entry, { name = coalesce(entry.name, "tags[${index}]") })]
      subnets = [for index, entry in local.sources.subnets : merge(entry, { name = coalesce(entry.name, "subnets[${index}]") })]
      vpcs    = [for index, entry in local.sources.vpcs : merge(entry, { name = coalesce(entry.name, "vpcs[${index}]") })]
    }
    exclude = var.exclude
    options = {
      stopped_instances = var.stopped_instances
      allow_cross_zone  = var.allow_cross_zone
      requester_managed = var.requester_managed
      fargate           = var.fargate
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
  # chunk. substr counts characters, of which a byte's worth is sure for ASCII alone.
  parameter_bytes = 4096
  chunk_ascii     = local.parameter_bytes - 64 - 2
  chunk_length    = can(regex("^[[:ascii:]]*$", local.document)) ? local.chunk_ascii : 1000
  parts_needed    = local.document_bytes <= local.parameter_bytes ? 1 : ceil(length(local.document) / local.chunk_length)

  # The number of parameters must be known at plan, when ids are not: every list counts with its largest size.
  # Should that be more than the document needs, the rest stays unused, and a document that fits stays whole.
  document_estimate = sum(concat(
    [720 + 40 * length(var.instance_types)],
    [for key, vpc in var.vpcs : 220 + length(key) + 100 * (vpc.targets == null ? 0 : length(vpc.targets))],
    [for entry in local.sources.tags : 340 + 400 * length(entry.tags)],
    [340 * (length(local.sources.subnets) + length(local.sources.vpcs))],
    [for entry in var.exclude.tags : 40 + 400 * length(entry.tags)],
    [30 * (length(var.exclude.subnet_ids) + length(var.exclude.instance_ids) + length(var.exclude.network_interface_ids))],
    [260 * length(var.exclude.autoscaling_group_names)],
    [640 * length(var.lifecycle_hooks)],
  ))
  # 64 KB is the largest document that the functions take.
  document_limit = 65536
  parts = var.policy_parts != null ? var.policy_parts : (
    local.document_estimate <= local.parameter_bytes ? 1 : ceil(min(local.document_estimate, local.document_limit) / local.chunk_ascii)
  )
}

resource "aws_ssm_parameter" "policy" {
  #checkov:skip=CKV2_AWS_34:Nothing in the policy is secret (ids and rules), and encrypted values are hidden in plans, where a change of what is mirrored must show.
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
      error_message = "sources, exclude, lifecycle_hooks and vpcs make a policy document of ${local.document_bytes} bytes; the functions take 65,536 at most. Select and exclude by tags or subnets rather than by single ids, or give part of the VPCs to a second controller."
    }

    precondition {
      # Over the limit no number of parts helps: the sentence above is the one to read.
      condition     = local.document_bytes > local.document_limit || local.parts_needed <= local.parts
      error_message = "policy_parts must be at least ${local.parts_needed}: the policy document has ${local.document_bytes} bytes, which do not fit into the ${local.parts} parameters that were reckoned or given."
    }
  }

  # The parts first, so that a reader seldom meets a head whose parts are not there yet; the digest tells it.
  depends_on = [aws_ssm_parameter.policy_part]
}

resource "aws_ssm_parameter" "policy_part" {
  #checkov:skip=CKV2_AWS_34:Nothing in the policy is secret (ids and rules), and encrypted values are hidden in plans, where a change of what is mirrored must show.
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
