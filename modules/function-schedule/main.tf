# What has the region or the account in a name that cannot be changed keeps the name it was made with, even where a plan
# does not know them (modules/identity); another name of the caller's makes it anew.
resource "terraform_data" "name" {
  input = var.name
}

resource "aws_cloudwatch_event_rule" "this" {
  name                = var.name
  description         = var.description
  schedule_expression = var.schedule_expression
  tags                = var.tags

  depends_on = [aws_lambda_permission.this]
}

resource "aws_cloudwatch_event_target" "this" {
  rule = aws_cloudwatch_event_rule.this.name
  arn  = var.function_arn

  # A late run is worth nothing: the next one is there.
  retry_policy {
    maximum_event_age_in_seconds = 60
    maximum_retry_attempts       = 0
  }
}

resource "aws_lambda_permission" "this" {
  statement_id  = "schedule"
  action        = "lambda:InvokeFunction"
  function_name = var.function_name
  principal     = var.identity.service_principals.events
  source_arn    = "${var.identity.arns.events}:rule/${var.name}"

  lifecycle {
    ignore_changes       = [source_arn]
    replace_triggered_by = [terraform_data.name]
  }
}
