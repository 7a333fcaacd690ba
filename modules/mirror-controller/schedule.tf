# The schedule of the sweep.

locals {
  schedule_minutes = var.schedule_expression == null ? 0 : (
    tonumber(regex("[0-9]+", var.schedule_expression)) * (strcontains(var.schedule_expression, "hour") ? 60 : 1)
  )
}

resource "aws_cloudwatch_event_rule" "sweep" {
  count = var.schedule_expression == null ? 0 : 1

  name                = "${var.name}-sweep"
  description         = "Starts the sweep of ${var.name}"
  schedule_expression = var.schedule_expression
  tags                = var.tags

  # On destroy before drain: see invocations.tf.
  depends_on = [
    aws_lambda_invocation.drain,
    aws_iam_role_policy_attachment.sweep_scope,
    aws_lambda_permission.sweep,
  ]
}

resource "aws_cloudwatch_event_target" "sweep" {
  count = var.schedule_expression == null ? 0 : 1

  rule = aws_cloudwatch_event_rule.sweep[0].name
  arn  = module.sweep.function_arn

  # A late sweep is worth nothing: the next one is there.
  retry_policy {
    maximum_event_age_in_seconds = 60
    maximum_retry_attempts       = 0
  }
}

resource "aws_lambda_permission" "sweep" {
  count = var.schedule_expression == null ? 0 : 1

  statement_id  = "schedule"
  action        = "lambda:InvokeFunction"
  function_name = module.sweep.function_name
  principal     = module.identity.service_principals.events
  source_arn    = "${local.arns.events}:rule/${var.name}-sweep"

  lifecycle {
    ignore_changes       = [source_arn]
    replace_triggered_by = [terraform_data.name]
  }
}
