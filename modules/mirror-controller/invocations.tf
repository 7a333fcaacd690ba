# Two invocations make apply and destroy mean what they say.
#
#   create:  functions, roles, policy, table, targets, bus → drain (nothing) → right to make sessions → mappings, event rules,
#            hooks → apply (sweeps)
#   destroy: apply (nothing), hooks, event rules, mappings → right to make sessions → drain (removes ours)
#            → targets, policy, functions, table, bus
#
# Where a target leaves `vpcs`, it is destroyed after what depends on it was updated (create_before_destroy in
# mirror-endpoint): policy without the target → apply moves the sessions → the target goes.

resource "aws_lambda_invocation" "drain" {
  function_name = module.sweep.function_name
  # CRUD: Terraform invokes on create and delete and adds tf.action, and the function acts on delete alone. The
  # input never changes, since an update that failed would be recorded as done.
  lifecycle_scope = "CRUD"
  input           = jsonencode({ reason = "drain" })

  # What draining needs. The policy holds the ids of filters and targets: through it, drain comes before they go.
  depends_on = [
    module.sweep,
    aws_ssm_parameter.policy,
    # A sweep that is under way must not make it anew after it was destroyed.
    aws_ssm_parameter.sweep_state,
    aws_dynamodb_table.demands,
    # It reports what it removes.
    aws_cloudwatch_event_target.hub,
    aws_iam_role_policy.hub,
  ]
}

resource "aws_lambda_invocation" "apply" {
  function_name = module.sweep.function_name
  # Create only, and made anew whenever a trigger changes: one that failed is planned again.
  lifecycle_scope = "CREATE_ONLY"
  input           = jsonencode({ reason = "apply" })

  triggers = {
    # With the targets in it.
    policy      = local.document_digest
    environment = sha256(jsonencode(local.sweep_environment))
    mode        = var.mode
    code        = module.sweep.source_code_hash
  }

  # After events reach reconcile: what starts while this sweep runs is not lost in between.
  depends_on = [
    aws_lambda_invocation.drain,
    aws_iam_role_policy_attachment.sweep_scope,
    aws_ssm_parameter.policy,
    aws_ssm_parameter.policy_part,
    aws_ssm_parameter.sweep_state,
    aws_cloudwatch_event_target.this,
    aws_cloudwatch_event_target.requests,
    aws_cloudwatch_event_target.sweep_requests,
    module.sweep,
  ]
}
