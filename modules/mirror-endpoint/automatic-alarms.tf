# The function's alarms; modules/alarms makes them, and says what each field means.

locals {
  # What the function writes with every metric: Powertools puts the service's name beside its own dimension.
  own_dimensions = { service = local.service_name, controller = var.name }

  # Long enough for a run in each period, however rare runs are.
  endpoints_period = max(300, local.endpoint_schedule_minutes * 60)

  # That nothing runs has an alarm of its own, not-run: for the others no datum is no trouble.
  endpoint_alarms = {
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
      problem   = "EC2 refused a call as not permitted: endpoints do not follow until the role, a boundary or an organization policy is changed."
      metric    = "EndpointCallsNotPermitted"
      threshold = 1
      missing   = "notBreaching"
    }
    held = {
      problem    = "An endpoint that should be removed cannot be, because somebody else's mirror target uses it."
      metric     = "EndpointsHeld"
      statistic  = "Minimum"
      threshold  = 1
      period     = local.endpoints_period
      periods    = 3
      datapoints = 3
      missing    = "notBreaching"
    }
    disputed = {
      problem    = "An endpoint or mirror target has the function's tag and is not proved to be its own, or has lost the tag: it is left alone."
      metric     = "EndpointsDisputed"
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
      problem    = "Events could not be handled or delivered and wait in the dead-letter queue."
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

module "alarms" {
  source = "../alarms"

  name_prefix = local.endpoints_name
  own_metrics = { namespace = local.metrics_namespace, dimensions = local.own_dimensions }

  alarms = {
    for name, alarm in local.endpoint_alarms : name => merge(alarm, { section = "endpoints-${name}" }) if length(local.automatic) > 0
  }

  alarm_actions = var.alarm_actions
  runbook_url   = var.runbook_url
  tags          = var.tags

  # PutMetricAlarm overwrites: not before what a second deployment of this name cannot make.
  depends_on = [module.endpoints]
}

moved {
  from = aws_cloudwatch_metric_alarm.endpoints
  to   = module.alarms.aws_cloudwatch_metric_alarm.this
}
