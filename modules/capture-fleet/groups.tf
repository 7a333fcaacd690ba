# The autoscaling groups: one over all zones, or one per zone.

locals {
  groups = var.group_per_zone ? {
    for key, id in var.subnets : key => { name = "${var.name}-node-${key}", subnets = { (key) = id } }
    } : {
    all = { name = "${var.name}-node", subnets = var.subnets }
  }

  group_arns = [
    for group in values(local.groups) :
    "${local.arns.autoscaling}:autoScalingGroup:*:autoScalingGroupName/${group.name}"
  ]

  # Of the group, as the nodes read it: the agent completes these hooks from the node itself.
  hooks = {
    launch                 = "${var.name}-launch"
    terminate              = "${var.name}-terminate"
    heartbeat_seconds      = 60
    deregistration_seconds = 60
    # The agent gives up before the hook does, so that the node can say why.
    launch_limit_seconds = max(30, module.inputs.hooks.launch_timeout_seconds - 60)
    drain_limit_seconds  = module.inputs.hooks.drain_limit_seconds
  }

  hook_specifications = {
    # A node that has not shown a packet coming out of its data path is none: the default of a launch is to abandon.
    (local.hooks.launch) = {
      transition = "autoscaling:EC2_INSTANCE_LAUNCHING"
      timeout    = module.inputs.hooks.launch_timeout_seconds
      result     = "ABANDON"
    }
    # Both results terminate; a node that has died must not hold up its successor for longer than the timeout.
    (local.hooks.terminate) = {
      transition = "autoscaling:EC2_INSTANCE_TERMINATING"
      timeout    = module.inputs.hooks.terminate_timeout_seconds
      result     = "CONTINUE"
    }
  }

  known_types = [for type in var.instance_types : type if contains(keys(module.inputs.instance_facts), type)]
  smallest_type = try([
    for type in local.known_types : type
    if module.inputs.instance_facts[type].baseline_gbps == min([
      for known in local.known_types : module.inputs.instance_facts[known].baseline_gbps
    ]...)
  ][0], var.instance_types[0])

  network_in_mbps = coalesce(
    module.inputs.scaling.network_in_mbps,
    # Percent of Gbps, in Mbps.
    try(module.inputs.instance_facts[local.smallest_type].baseline_gbps * 10 * module.inputs.scaling.network_share, null),
    1,
  )
}

# What was one before groups could be several.
moved {
  from = aws_launch_template.this
  to   = aws_launch_template.this["all"]
}

moved {
  from = aws_autoscaling_group.this
  to   = aws_autoscaling_group.this["all"]
}
