# An alarm that fires means that a person is needed: its description names, or links to, the section of docs/operations.md
# that says what to do. The alarms are made whether or not anyone is notified: one costs 0.10 $ a month.

locals {
  descriptions = {
    for key, alarm in var.alarms : key => "${alarm.problem} See ${local.runbook}#${coalesce(alarm.section, key)}${local.full_stop}"
  }
  runbook = coalesce(var.runbook_url, "docs/operations.md")
  # What makes links out of addresses may take a full stop for a part of one.
  full_stop = var.runbook_url == null ? "." : ""
}

# One metric each.
resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = { for key, alarm in var.alarms : key => alarm if alarm.expression == null }

  alarm_name        = "${var.name_prefix}-${each.key}"
  alarm_description = local.descriptions[each.key]

  namespace   = coalesce(each.value.namespace, var.own_metrics.namespace)
  metric_name = each.value.metric
  dimensions  = each.value.dimensions == null ? var.own_metrics.dimensions : each.value.dimensions
  statistic   = each.value.statistic
  period      = each.value.period

  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = coalesce(each.value.datapoints, each.value.periods)
  treat_missing_data  = each.value.missing

  alarm_actions = var.alarm_actions
  tags          = var.tags
}

# Values that are computed from several metrics or from a query.
resource "aws_cloudwatch_metric_alarm" "computed" {
  for_each = { for key, alarm in var.alarms : key => alarm if alarm.expression != null }

  alarm_name        = "${var.name_prefix}-${each.key}"
  alarm_description = local.descriptions[each.key]

  metric_query {
    id         = "result"
    label      = each.value.label
    expression = each.value.expression
    # A Metrics Insights query has a period of its own; metric math has those of its metrics.
    period      = length(each.value.metrics) == 0 ? each.value.period : null
    return_data = true
  }

  dynamic "metric_query" {
    for_each = each.value.metrics

    content {
      id          = metric_query.key
      return_data = false

      metric {
        namespace   = coalesce(metric_query.value.namespace, var.own_metrics.namespace)
        metric_name = metric_query.value.name
        dimensions  = metric_query.value.dimensions == null ? var.own_metrics.dimensions : metric_query.value.dimensions
        stat        = metric_query.value.statistic
        period      = each.value.period
      }
    }
  }

  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = coalesce(each.value.datapoints, each.value.periods)
  treat_missing_data  = each.value.missing

  alarm_actions = var.alarm_actions
  tags          = var.tags
}
