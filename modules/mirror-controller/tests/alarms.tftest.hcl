# What rings, whom it tells, and what silence means.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name = "mirror"
  vpcs = {
    prod = {
      vpc_id    = "vpc-0123456789abcdef0"
      filter_id = "tmf-0123456789abcdef0"
      targets = {
        a = { target_id = "tmt-0123456789abcdef0", availability_zone = "eu-west-1a" }
      }
    }
  }
}

run "every_alarm_names_its_section_of_the_operations_guide" {
  command = plan

  assert {
    condition = {
      for key, alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name => regex("docs/operations.md#([a-z-]+)", alarm.alarm_description)[0]
      } == {
      mirror-dlq-not-empty    = "dlq-not-empty"
      mirror-reconcile-errors = "errors"
      mirror-sweep-errors     = "errors"
      mirror-policy-refused   = "policy-refused"
      mirror-removal-held     = "removal-held"
      mirror-not-permitted    = "not-permitted"
      mirror-quota            = "quota"
      mirror-sweep-not-run    = "sweep-not-run"
    }
    error_message = "Whoever is woken must find what to do."
  }
}

run "alarms_exist_without_anyone_to_tell" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 8 && alltrue([for alarm in values(aws_cloudwatch_metric_alarm.this) : length(alarm.alarm_actions) == 0])
    error_message = "Eight alarms, no action."
  }
}

run "alarms_tell_whom_they_are_given" {
  command = plan

  variables {
    alarm_actions = ["arn:aws:sns:eu-west-1:111122223333:ops"]
  }

  assert {
    condition     = alltrue([for alarm in values(aws_cloudwatch_metric_alarm.this) : alarm.alarm_actions == toset(["arn:aws:sns:eu-west-1:111122223333:ops"])])
    error_message = "Every alarm must notify the topic."
  }
}

run "the_products_metrics_have_the_dimensions_that_the_functions_write" {
  command = plan

  assert {
    condition = {
      for key, alarm in aws_cloudwatch_metric_alarm.this : alarm.metric_name => alarm.dimensions if alarm.namespace == "TrafficMirror"
      } == {
      PolicyRefused    = tomap({ service = "traffic-mirror", controller = "mirror" })
      RemovalHeld      = tomap({ service = "traffic-mirror", controller = "mirror" })
      NotPermitted     = tomap({ service = "traffic-mirror", controller = "mirror" })
      QuotaUsedPercent = tomap({ service = "traffic-mirror", controller = "mirror" })
    }
    error_message = "An alarm on other dimensions than the functions write never rings."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["sweep-errors"].dimensions == tomap({ FunctionName = "mirror-sweep" }) &&
      aws_cloudwatch_metric_alarm.this["reconcile-errors"].dimensions == tomap({ FunctionName = "mirror-reconcile" }) &&
      aws_cloudwatch_metric_alarm.this["dlq-not-empty"].dimensions == tomap({ QueueName = "mirror-events-dlq" })
    )
    error_message = "Dimensions come from the resources."
  }
}

run "silence_rings_only_where_it_is_the_trouble" {
  command = plan

  assert {
    condition     = [for key, alarm in aws_cloudwatch_metric_alarm.this : key if alarm.treat_missing_data == "breaching"] == ["sweep-not-run"]
    error_message = "Only the missing sweep is told by missing data."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["quota"].treat_missing_data == "ignore"
    error_message = "A level stays what it was."
  }
}

run "a_missing_sweep_is_noticed_after_ten_minutes" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["sweep-not-run"].period == 600 && aws_cloudwatch_metric_alarm.this["sweep-not-run"].evaluation_periods == 1
    error_message = "Ten minutes without a sweep."
  }
}

run "rarer_sweeps_are_missed_later" {
  command = plan

  variables {
    schedule_expression = "rate(2 hours)"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["sweep-not-run"].period == 21600 && aws_cloudwatch_metric_alarm.this["sweep-errors"].period == 7200
    error_message = "Periods must be long enough for a sweep in each."
  }
}
