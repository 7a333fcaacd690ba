output "alarms" {
  description = "The alarms by their key in `alarms`, each with the attributes of the provider's resource."
  value       = merge(aws_cloudwatch_metric_alarm.this, aws_cloudwatch_metric_alarm.computed)
}
