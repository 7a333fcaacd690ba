# An alarm that rings means that a person is needed; each names the section of docs/operations.md that says what
# to do. They are made whether or not anyone is told: eight alarms cost about 0.80 $ a month.

locals {
  metrics_namespace = "TrafficMirror"
  service_name      = "traffic-mirror"
  # What the functions write with every metric: Powertools puts the service's name beside their own dimension, and
  # an alarm sees a metric only by all of its dimensions.
  own_dimensions = { service = local.service_name, controller = var.name }

  # Long enough for a sweep in each period, however rare sweeps are.
  sweep_period = max(300, local.schedule_minutes * 60)

  # `missing` is what counts when there is no datum:
  # - notBreaching where the metric counts troubles and is written only when something runs; that nothing runs has
  #   an alarm of its own (sweep-not-run);
  # - ignore (keep the last state) where the metric is a level: it does not fall because nobody looks;
  # - breaching where silence is the trouble.
  alarms = merge({
    dlq-not-empty = {
      problem    = "Events could not be worked off or delivered and wait in the dead-letter queue."
      namespace  = "AWS/SQS"
      metric     = "ApproximateNumberOfMessagesVisible"
      dimensions = { QueueName = aws_sqs_queue.events_dlq.name }
      statistic  = "Maximum"
      threshold  = 1
      # An empty queue that nobody uses stops reporting after six hours.
      missing = "notBreaching"
    }
    reconcile-errors = {
      problem    = "The function reconcile failed in two of three periods of five minutes."
      section    = "errors"
      namespace  = "AWS/Lambda"
      metric     = "Errors"
      dimensions = { FunctionName = module.reconcile.function_name }
      threshold  = 1
      periods    = 3
      datapoints = 2
      # No run, no error.
      missing = "notBreaching"
    }
    sweep-errors = {
      problem    = "The function sweep failed in two of the last three periods."
      section    = "errors"
      namespace  = "AWS/Lambda"
      metric     = "Errors"
      dimensions = { FunctionName = module.sweep.function_name }
      period     = local.sweep_period
      threshold  = 1
      periods    = 3
      datapoints = 2
      # No run is sweep-not-run's.
      missing = "notBreaching"
    }
    policy-refused = {
      problem   = "The policy document was refused; the newest one that validates stays in force."
      metric    = "PolicyRefused"
      threshold = 1
      # Written by every run, with zero as well: no datum means no run.
      missing = "notBreaching"
    }
    removal-held = {
      problem   = "A run would have removed more sessions than brakes.removal_percent and removal_minimum allow, and removed none."
      metric    = "RemovalHeld"
      threshold = 1
      # As policy-refused.
      missing = "notBreaching"
    }
    not-permitted = {
      problem   = "EC2 refused a call as not permitted: mirroring is incomplete until the role, a boundary or an organisation's policy is changed."
      metric    = "NotPermitted"
      threshold = 1
      # As policy-refused.
      missing = "notBreaching"
    }
    quota = {
      problem    = "More than 80 % of the account's mirror sessions are in use."
      metric     = "QuotaUsedPercent"
      statistic  = "Maximum"
      comparison = "GreaterThanThreshold"
      threshold  = 80
      # A level: it stays what it was while nothing looks.
      missing = "ignore"
    }
    }, var.schedule_expression == null ? {} : {
    sweep-not-run = {
      problem    = "No sweep ran for ${max(10, 3 * local.schedule_minutes)} minutes: what events missed stays unseen."
      namespace  = "AWS/Lambda"
      metric     = "Invocations"
      dimensions = { FunctionName = module.sweep.function_name }
      comparison = "LessThanThreshold"
      period     = 60 * max(10, 3 * local.schedule_minutes)
      threshold  = 1
      # Lambda writes nothing for a function that is not invoked: silence is the trouble itself.
      missing = "breaching"
    }
  })
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
