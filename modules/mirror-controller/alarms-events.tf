# Events on their way to the functions, and reports on their way out.

locals {
  # Event rules of the default bus by RuleName alone, those of another bus by EventBusName as well ("Monitoring Amazon
  # EventBridge", EventBridge User Guide).
  watched_event_rules = merge(
    { for trigger, rule in local.event_rules : replace(trigger, "_", "-") => { RuleName = rule.name } },
    { for key, rule in local.bus_rules : "bus-${key}" => { RuleName = rule.name, EventBusName = var.name } },
    { for key in local.hub : "hub" => { RuleName = "hub", EventBusName = var.name } },
    var.schedule_expression == null ? {} : { schedule = { RuleName = "${var.name}-sweep" } },
  )

  event_alarms = merge({
    dlq-not-empty = {
      problem    = "Events could not be handled or delivered and wait in the dead-letter queue."
      namespace  = "AWS/SQS"
      metric     = "ApproximateNumberOfMessagesVisible"
      dimensions = { QueueName = aws_sqs_queue.events_dlq.name }
      statistic  = "Maximum"
      threshold  = 1
      # An empty queue that nobody uses stops reporting after six hours.
      missing = "notBreaching"
    }
    requests-dlq-not-empty = {
      problem    = "Requests for mirrors could not be handled or delivered and wait in their dead-letter queue."
      namespace  = "AWS/SQS"
      metric     = "ApproximateNumberOfMessagesVisible"
      dimensions = { QueueName = aws_sqs_queue.requests_dlq.name }
      statistic  = "Maximum"
      threshold  = 1
      # As dlq-not-empty.
      missing = "notBreaching"
    }
    demands-throttled = {
      problem = join(" ", [
        "DynamoDB throttled reads or writes of the claims in three periods of five minutes running:",
        "requests are not answered, and sweeps remove nothing by policy.",
      ])
      expression = "FILL(reads, 0) + FILL(writes, 0)"
      label      = "throttled reads and writes"
      metrics = {
        for id, metric in { reads = "ReadThrottleEvents", writes = "WriteThrottleEvents" } :
        id => { name = metric, namespace = "AWS/DynamoDB", dimensions = { TableName = aws_dynamodb_table.demands.name } }
      }
      threshold = 1
      periods   = 3
      # Written only when something is throttled; what is throttled once the SDK asks again for.
      missing = "notBreaching"
    }
    event-age = {
      problem    = "Events were handled more than a minute after they happened, on average, in two of three periods of five minutes."
      metric     = "EventDelay"
      statistic  = "Average"
      comparison = "GreaterThanThreshold"
      threshold  = 60000
      periods    = 3
      datapoints = 2
      # No event, no delay. The queue's own age would count what waits on purpose.
      missing = "notBreaching"
    }
    events-not-sent = {
      problem    = "Reports or requests for a sweep could not be put on the controller's bus in two of three periods of five minutes."
      metric     = "EventsNotSent"
      threshold  = 1
      periods    = 3
      datapoints = 2
      # Written by every run, with zero as well: no datum means no run.
      missing = "notBreaching"
    }
    },
    { for queue in aws_sqs_queue.hub_dlq : "hub-dlq-not-empty" => {
      problem    = "The hub's bus did not take reports for 24 hours, or refused them."
      namespace  = "AWS/SQS"
      metric     = "ApproximateNumberOfMessagesVisible"
      dimensions = { QueueName = queue.name }
      statistic  = "Maximum"
      threshold  = 1
      # As dlq-not-empty.
      missing = "notBreaching"
    } },
    { for key, dimensions in local.watched_event_rules : "failed-invocations-${key}" => {
      problem    = "EventBridge could not deliver what the event rule ${dimensions.RuleName} matched."
      section    = "failed-invocations"
      namespace  = "AWS/Events"
      metric     = "FailedInvocations"
      dimensions = dimensions
      threshold  = 1
      # EventBridge writes it only when it is not zero.
      missing = "notBreaching"
    } },
  )
}
