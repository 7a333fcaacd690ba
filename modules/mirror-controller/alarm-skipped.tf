# What the hub cannot see: EC2 counts in the source's own account what it did not copy because the instance had no
# bandwidth left. A query over all instances (CloudWatch, "Create a CloudWatch alarm based on a Metrics Insights
# query"), because sources come and go, and these metrics are by instance and never by interface or session. One alarm
# for each direction: a request takes one such query.
resource "aws_cloudwatch_metric_alarm" "mirroring_skipped" {
  for_each = var.mirroring_skipped_alarm ? { in = "NetworkPacketsSkipMirrorIn", out = "NetworkPacketsSkipMirrorOut" } : {}

  alarm_name        = "${var.name}-mirroring-skipped-${each.key}"
  alarm_description = "Instances had no bandwidth left for mirroring: packets of sources were not copied. See docs/operations.md#mirroring-skipped."

  metric_query {
    id          = "skipped"
    label       = "packets not copied"
    expression  = "SELECT SUM(${each.value}) FROM SCHEMA(\"AWS/EC2\", InstanceId)"
    period      = 300
    return_data = true
  }

  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  # No instance, nothing skipped.
  treat_missing_data = "notBreaching"

  alarm_actions = var.alarm_actions
  tags          = var.tags
}
