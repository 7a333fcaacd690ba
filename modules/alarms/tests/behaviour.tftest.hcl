# What an entry of the table becomes.

mock_provider "aws" {}

variables {
  name_prefix = "mirror"
  own_metrics = { namespace = "TrafficMirror", dimensions = { service = "traffic-mirror", controller = "mirror" } }
  alarms = {
    policy-refused = {
      problem   = "The policy document was refused."
      metric    = "PolicyRefused"
      threshold = 1
      missing   = "notBreaching"
    }
  }
}

run "an_alarm_without_more_sums_one_of_the_callers_own_metrics_over_five_minutes" {
  command = plan

  assert {
    condition = (
      output.alarms["policy-refused"].alarm_name == "mirror-policy-refused" &&
      output.alarms["policy-refused"].alarm_description == "The policy document was refused. See docs/operations.md#policy-refused."
    )
    error_message = "Name and description come from the key."
  }

  assert {
    condition = (
      output.alarms["policy-refused"].namespace == "TrafficMirror" &&
      output.alarms["policy-refused"].metric_name == "PolicyRefused" &&
      output.alarms["policy-refused"].dimensions == tomap({ service = "traffic-mirror", controller = "mirror" }) &&
      output.alarms["policy-refused"].statistic == "Sum" &&
      output.alarms["policy-refused"].period == 300
    )
    error_message = "The metric is the caller's own."
  }

  assert {
    condition = (
      output.alarms["policy-refused"].comparison_operator == "GreaterThanOrEqualToThreshold" &&
      output.alarms["policy-refused"].threshold == 1 &&
      output.alarms["policy-refused"].evaluation_periods == 1 &&
      output.alarms["policy-refused"].datapoints_to_alarm == 1 &&
      output.alarms["policy-refused"].treat_missing_data == "notBreaching"
    )
    error_message = "One period at the threshold is enough."
  }

  assert {
    condition     = length(output.alarms["policy-refused"].alarm_actions) == 0 && length(output.alarms["policy-refused"].tags) == 0
    error_message = "Nobody is notified who is not named."
  }
}

run "an_alarm_with_everything_says_it_all" {
  command = plan

  variables {
    alarms = {
      queue-full = {
        problem    = "Events wait."
        section    = "dlq-not-empty"
        namespace  = "AWS/SQS"
        metric     = "ApproximateNumberOfMessagesVisible"
        dimensions = { QueueName = "mirror-events-dlq" }
        statistic  = "Maximum"
        comparison = "GreaterThanThreshold"
        threshold  = 7
        period     = 60
        periods    = 3
        datapoints = 2
        missing    = "ignore"
      }
    }
    alarm_actions = ["arn:aws:sns:eu-west-1:111122223333:ops"]
    tags          = { Team = "security" }
  }

  assert {
    condition = (
      output.alarms["queue-full"].alarm_description == "Events wait. See docs/operations.md#dlq-not-empty." &&
      output.alarms["queue-full"].namespace == "AWS/SQS" &&
      output.alarms["queue-full"].dimensions == tomap({ QueueName = "mirror-events-dlq" }) &&
      output.alarms["queue-full"].statistic == "Maximum" &&
      output.alarms["queue-full"].comparison_operator == "GreaterThanThreshold" &&
      output.alarms["queue-full"].threshold == 7 &&
      output.alarms["queue-full"].period == 60 &&
      output.alarms["queue-full"].evaluation_periods == 3 &&
      output.alarms["queue-full"].datapoints_to_alarm == 2 &&
      output.alarms["queue-full"].treat_missing_data == "ignore"
    )
    error_message = "What an entry says must reach the alarm."
  }

  assert {
    condition = (
      output.alarms["queue-full"].alarm_actions == toset(["arn:aws:sns:eu-west-1:111122223333:ops"]) &&
      output.alarms["queue-full"].tags == tomap({ Team = "security" })
    )
    error_message = "Actions and tags are the same for all."
  }
}

run "dimensions_that_are_empty_are_not_the_callers_own" {
  command = plan

  variables {
    alarms = {
      total = {
        problem    = "Too many calls in the account."
        namespace  = "AWS/Lambda"
        metric     = "ConcurrentExecutions"
        dimensions = {}
        threshold  = 900
        missing    = "notBreaching"
      }
    }
  }

  assert {
    condition     = length(output.alarms["total"].dimensions) == 0
    error_message = "A metric of the whole account has no dimensions."
  }
}

run "metric_math_reads_its_metrics_period_by_period" {
  command = plan

  variables {
    alarms = {
      packets-dropped = {
        problem    = "Packets are lost."
        expression = "100 * lost / packets"
        label      = "percent lost"
        metrics = {
          lost    = { name = "Drops" }
          packets = { namespace = "AWS/EC2", name = "Packets", statistic = "Maximum", dimensions = { InstanceId = "i-0123456789abcdef0" } }
        }
        threshold = 1
        period    = 60
        periods   = 3
        missing   = "notBreaching"
      }
    }
  }

  assert {
    condition = jsonencode({
      for query in output.alarms["packets-dropped"].metric_query : query.id =>
      [query.expression, query.label, query.return_data, query.period]
      }) == jsonencode({
      result  = ["100 * lost / packets", "percent lost", true, null]
      lost    = [null, null, false, null]
      packets = [null, null, false, null]
    })
    error_message = "The result alone is compared: ${jsonencode(output.alarms["packets-dropped"].metric_query)}"
  }

  assert {
    condition = jsonencode({
      for query in output.alarms["packets-dropped"].metric_query : query.id => [
        for metric in query.metric : [metric.namespace, metric.metric_name, metric.stat, metric.period, metric.dimensions]
      ] if query.id != "result"
      }) == jsonencode({
      lost    = [["TrafficMirror", "Drops", "Sum", 60, { service = "traffic-mirror", controller = "mirror" }]]
      packets = [["AWS/EC2", "Packets", "Maximum", 60, { InstanceId = "i-0123456789abcdef0" }]]
    })
    error_message = "A metric without a namespace is the caller's own: ${jsonencode(output.alarms["packets-dropped"].metric_query)}"
  }

  assert {
    condition     = output.alarms["packets-dropped"].evaluation_periods == 3 && output.alarms["packets-dropped"].datapoints_to_alarm == 3
    error_message = "Without datapoints, all periods count."
  }
}

run "a_query_has_the_period_itself" {
  command = plan

  variables {
    alarms = {
      skipped = {
        problem    = "Packets were not copied."
        expression = "SELECT SUM(NetworkPacketsSkipMirrorIn) FROM SCHEMA(\"AWS/EC2\", InstanceId)"
        label      = "packets not copied"
        threshold  = 1
        missing    = "notBreaching"
      }
    }
  }

  assert {
    condition     = one(output.alarms["skipped"].metric_query).period == 300
    error_message = "A Metrics Insights query has no metric that could have it."
  }
}

run "no_entry_makes_no_alarm" {
  command = plan

  variables {
    alarms = {}
  }

  assert {
    condition     = output.alarms == {}
    error_message = "A deployment may have nothing to watch."
  }
}
