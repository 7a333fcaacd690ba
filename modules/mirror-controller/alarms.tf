# An alarm that rings means that a person is needed; each names the section of docs/operations.md that says what
# to do. They are made whether or not anyone is told: an alarm costs 0.10 $ a month. What they are is in
# alarms-events.tf, alarms-functions.tf and alarms-mirroring.tf.
#
# `missing` is what counts when there is no datum:
# - notBreaching where the metric counts troubles and is written only when something runs; that nothing runs has an
#   alarm of its own (sweep-not-run);
# - ignore (keep the last state) where the metric is a level: it does not fall because nobody looks;
# - breaching where silence is the trouble.

locals {
  metrics_namespace = "TrafficMirror"
  service_name      = "traffic-mirror"
  # What the functions write with every metric: Powertools puts the service's name beside their own dimension, and
  # an alarm sees a metric only by all of its dimensions.
  own_dimensions = { service = local.service_name, controller = var.name }

  # Long enough for a sweep in each period, however rare sweeps are.
  sweep_period = max(300, local.schedule_minutes * 60)

  alarms = merge(local.event_alarms, local.function_alarms, local.mirroring_alarms)
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name        = "${var.name}-${each.key}"
  alarm_description = "${each.value.problem} See docs/operations.md#${lookup(each.value, "section", each.key)}."

  namespace   = lookup(each.value, "namespace", local.metrics_namespace)
  metric_name = each.value.metric
  dimensions  = lookup(each.value, "dimensions", local.own_dimensions)
  statistic   = lookup(each.value, "statistic", "Sum")

  comparison_operator = lookup(each.value, "comparison", "GreaterThanOrEqualToThreshold")
  threshold           = each.value.threshold
  period              = lookup(each.value, "period", 300)
  evaluation_periods  = lookup(each.value, "periods", 1)
  datapoints_to_alarm = lookup(each.value, "datapoints", 1)
  treat_missing_data  = each.value.missing

  alarm_actions = var.alarm_actions
  tags          = var.tags
}
