# Lifecycle hooks: Auto Scaling holds a launched instance in Pending:Wait until reconcile has seen to its sessions. That
# delays service, not the first packets: the operating system boots meanwhile.

locals {
  hooks = { for key, hook in module.inputs.lifecycle_hooks : key => merge(hook, { hook_name = coalesce(hook.hook_name, "${var.name}-mirror") }) }

  # EventBridge matches each by itself; that the two belong together is checked by the function.
  hook_groups = distinct([for hook in values(local.hooks) : hook.autoscaling_group_name])
  hook_names  = distinct([for hook in values(local.hooks) : hook.hook_name])
  # Complete by Amazon Resource Name except for the group's UUID, which nobody knows beforehand.
  hook_group_arns = [
    for group in local.hook_groups :
    "${local.arns.autoscaling}:autoScalingGroup:*:autoScalingGroupName/${group}"
  ]
  hooks_abandon = anytrue([for hook in values(local.hooks) : hook.when_not_mirrored == "abandon"])
}

resource "aws_autoscaling_lifecycle_hook" "this" {
  for_each = { for key, hook in local.hooks : key => hook if hook.create }

  name                   = each.value.hook_name
  autoscaling_group_name = each.value.autoscaling_group_name
  lifecycle_transition   = "autoscaling:EC2_INSTANCE_LAUNCHING"
  heartbeat_timeout      = each.value.heartbeat_timeout
  # Whatever when_not_mirrored says: a controller that does not answer must not stop launches.
  default_result = "CONTINUE"

  # Nothing is held before somebody listens; on destroy the hooks go first.
  depends_on = [
    aws_cloudwatch_event_target.this,
    aws_lambda_event_source_mapping.events,
    aws_iam_role_policy_attachment.reconcile_scope,
  ]
}
