# The schedule of the sweep.

locals {
  schedule_minutes = var.schedule_expression == null ? 0 : (
    tonumber(regex("[0-9]+", var.schedule_expression)) * (strcontains(var.schedule_expression, "hour") ? 60 : 1)
  )
}

module "sweep_schedule" {
  source = "../function-schedule"
  count  = var.schedule_expression == null ? 0 : 1

  identity            = module.identity
  name                = "${var.name}-sweep"
  description         = "Starts the sweep of ${var.name}"
  schedule_expression = var.schedule_expression
  function_name       = module.sweep.function_name
  function_arn        = module.sweep.function_arn
  tags                = var.tags

  # On destroy before drain: see invocations.tf.
  depends_on = [
    aws_lambda_invocation.drain,
    aws_iam_role_policy_attachment.sweep_scope,
  ]
}

moved {
  from = aws_cloudwatch_event_rule.sweep[0]
  to   = module.sweep_schedule[0].aws_cloudwatch_event_rule.this
}

moved {
  from = aws_cloudwatch_event_target.sweep[0]
  to   = module.sweep_schedule[0].aws_cloudwatch_event_target.this
}

moved {
  from = aws_lambda_permission.sweep[0]
  to   = module.sweep_schedule[0].aws_lambda_permission.this
}
