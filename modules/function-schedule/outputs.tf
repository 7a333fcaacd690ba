output "rule_name" {
  description = "Name of the event rule, for alarms on it."
  value       = aws_cloudwatch_event_rule.this.name
}

output "schedule_expression" {
  description = "How often it starts the function."
  value       = aws_cloudwatch_event_rule.this.schedule_expression
}
