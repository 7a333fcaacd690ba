# An alarm that rings means that a person is needed; each names the section of docs/operations.md that says what to do.

locals {
  # What the function writes with every metric: Powertools puts the service's name beside its own dimension.
  own_dimensions = { service = local.service_name, controller = var.name }

  # Long enough for a run in each period, however rare runs are.
  endpoints_period = max(300, local.endpoint_schedule_minutes * 60)

  # `missing`, what counts when there is no datum, as in mirror-controller: notBreaching where something must run for
  # the metric to be written and that nothing runs has an alarm of its own; breaching where silence is the trouble.
  known_endpoint_alarms = {
    unserved = {
      problem    = "A zone that needs an endpoint has been without one that works for a quarter of an hour, or for three runs."
      metric     = "EndpointZonesUnserved"
      statistic  = "Minimum"
      threshold  = 1
      period     = local.endpoints_period
      periods    = 3
      datapoints = 3
      missing    = "notBreaching"
    }
    not-permitted = {
      problem   = "EC2 refused a call as not permitted: endpoints do not follow until the role, a boundary or an organisation's policy is changed."
      metric    = "EndpointCallsNotPermitted"
      threshold = 1
      missing   = "notBreaching"
    }
    held = {
      problem    = "An endpoint that is to go cannot, because somebody else's mirror target is on it."
      metric     = "EndpointsHeld"
      statistic  = "Minimum"
      threshold  = 1
      period     = local.endpoints_period
      periods    = 3
      datapoints = 3
      missing    = "notBreaching"
    }
    errors = {
      problem    = "The function endpoints failed in two of the last three periods."
      namespace  = "AWS/Lambda"
      metric     = "Errors"
      dimensions = { FunctionName = local.endpoints_name }
      threshold  = 1
      period     = local.endpoints_period
      periods    = 3
      datapoints = 2
      missing    = "notBreaching"
    }
    dlq-not-empty = {
      problem    = "Events could not be worked off or delivered and wait in the dead-letter queue."
      namespace  = "AWS/SQS"
      metric     = "ApproximateNumberOfMessagesVisible"
      dimensions = { QueueName = "${local.endpoints_name}-dlq" }
      statistic  = "Maximum"
      threshold  = 1
      # An empty queue that nobody uses stops reporting after six hours.
      missing = "notBreaching"
    }
    not-run = {
      problem    = "The function endpoints has not run for ${max(10, 3 * local.endpoint_schedule_minutes)} minutes."
      namespace  = "AWS/Lambda"
      metric     = "Invocations"
      dimensions = { FunctionName = local.endpoints_name }
      comparison = "LessThanThreshold"
      period     = 60 * max(10, 3 * local.endpoint_schedule_minutes)
      threshold  = 1
      # Lambda writes nothing for a function that is not invoked.
      missing = "breaching"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "endpoints" {
  for_each = { for name, alarm in local.known_endpoint_alarms : name => alarm if length(local.automatic) > 0 }

  alarm_name        = "${local.endpoints_name}-${each.key}"
  alarm_description = "${each.value.problem} See docs/operations.md#endpoints-${each.key}."

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
