# The controller's alarms, by what they watch: alarms-events.tf, alarms-functions.tf and alarms-mirroring.tf. modules/alarms
# makes them, and says what each field means.

locals {
  metrics_namespace = "TrafficMirror"
  service_name      = "traffic-mirror"
  # What the functions write with every metric: Powertools puts the service's name beside their own dimension, and
  # an alarm sees a metric only by all of its dimensions.
  own_dimensions = { service = local.service_name, controller = var.name }

  # Long enough for a sweep in each period, however rare sweeps are.
  sweep_period = max(300, local.schedule_minutes * 60)
}

module "alarms" {
  source = "../alarms"

  name_prefix = var.name
  own_metrics = { namespace = local.metrics_namespace, dimensions = local.own_dimensions }

  alarms = merge(local.event_alarms, local.function_alarms, local.mirroring_alarms)

  alarm_actions = var.alarm_actions
  runbook_url   = var.runbook_url
  tags          = var.tags

  # PutMetricAlarm overwrites: not before what a second deployment of this name cannot make.
  depends_on = [aws_cloudwatch_event_bus.this]
}

moved {
  from = aws_cloudwatch_metric_alarm.this
  to   = module.alarms.aws_cloudwatch_metric_alarm.this
}

moved {
  from = aws_cloudwatch_metric_alarm.mirroring_skipped["in"]
  to   = module.alarms.aws_cloudwatch_metric_alarm.computed["mirroring-skipped-in"]
}

moved {
  from = aws_cloudwatch_metric_alarm.mirroring_skipped["out"]
  to   = module.alarms.aws_cloudwatch_metric_alarm.computed["mirroring-skipped-out"]
}
