# What fires, whom it notifies, and what silence means.

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

  variables {
    hub_event_bus_arn = "arn:aws:events:eu-west-1:444455556666:event-bus/capture-hub"
    lifecycle_hooks   = { web = { autoscaling_group_name = "web", when_not_mirrored = "abandon" } }
    triggers          = ["lifecycle_hooks", "tampering"]
  }

  assert {
    condition = {
      for key, alarm in module.alarms.alarms : alarm.alarm_name => regex("docs/operations.md#([a-z-]+)\\.", alarm.alarm_description)[0]
      } == {
      mirror-dlq-not-empty                      = "dlq-not-empty"
      mirror-requests-dlq-not-empty             = "requests-dlq-not-empty"
      mirror-demands-throttled                  = "demands-throttled"
      mirror-event-age                          = "event-age"
      mirror-events-not-sent                    = "events-not-sent"
      mirror-hub-dlq-not-empty                  = "hub-dlq-not-empty"
      mirror-failed-invocations-lifecycle-hooks = "failed-invocations"
      mirror-failed-invocations-tampering       = "failed-invocations"
      mirror-failed-invocations-bus-requests    = "failed-invocations"
      mirror-failed-invocations-bus-sweep       = "failed-invocations"
      mirror-failed-invocations-hub             = "failed-invocations"
      mirror-failed-invocations-schedule        = "failed-invocations"
      mirror-reconcile-errors                   = "errors"
      mirror-requests-errors                    = "errors"
      mirror-sweep-errors                       = "errors"
      mirror-reconcile-throttles                = "throttles"
      mirror-requests-throttles                 = "throttles"
      mirror-sweep-throttles                    = "throttles"
      mirror-reconcile-near-time-limit          = "near-time-limit"
      mirror-requests-near-time-limit           = "near-time-limit"
      mirror-sweep-near-time-limit              = "near-time-limit"
      mirror-sweep-state-unread                 = "sweep-state-unread"
      mirror-demands-unread                     = "demands-unread"
      mirror-filters-unread                     = "filters-unread"
      mirror-zones-unread                       = "zones-unread"
      mirror-instance-type                      = "instance-type"
      mirror-outside-vpcs                       = "outside-vpcs"
      mirror-sweep-dropped                      = "sweep-dropped"
      mirror-sweep-not-run                      = "sweep-not-run"
      mirror-policy-refused                     = "policy-refused"
      mirror-removal-held                       = "removal-held"
      mirror-first-apply-held                   = "first-apply-held"
      mirror-ownership                          = "ownership"
      mirror-filter-changed                     = "filter-changed"
      mirror-filters                            = "filters"
      mirror-outranked                          = "outranked"
      mirror-zone-unhealthy                     = "zone-unhealthy"
      mirror-not-permitted                      = "not-permitted"
      mirror-quota                              = "quota"
      mirror-uncovered                          = "uncovered"
      mirror-not-seen                           = "not-seen"
      mirror-receivers-unread                   = "receivers-unread"
      mirror-tampering                          = "tampering"
      mirror-hook-breaker                       = "hook-breaker"
    }
    error_message = "Whoever is called must find what to do: ${jsonencode(values(module.alarms.alarms)[*].alarm_description)}"
  }

  assert {
    condition = alltrue([for alarm in values(module.alarms.alarms) :
      contains(
        [
          for heading in regexall("(?m)^## (.+)$", file("${path.module}/../../docs/operations.md")) :
          lower(replace(heading[0], " ", "-"))
        ],
        regex("docs/operations.md#([a-z-]+)\\.", alarm.alarm_description)[0],
      )
    ])
    error_message = "Every section that an alarm names must be there."
  }
}

run "alarms_exist_without_anyone_to_notify_and_only_where_there_is_something_to_watch" {
  command = plan

  assert {
    condition     = length(module.alarms.alarms) == 45 && alltrue([for alarm in values(module.alarms.alarms) : length(alarm.alarm_actions) == 0])
    error_message = "Forty-five alarms, no action: ${jsonencode(keys(module.alarms.alarms))}"
  }

  assert {
    condition     = !contains(keys(module.alarms.alarms), "hub-dlq-not-empty") && !contains(keys(module.alarms.alarms), "hook-breaker")
    error_message = "Without a hub and without hooks that abandon there is nothing to watch."
  }
}

run "each_rule_is_watched_on_its_own_bus" {
  command = plan

  assert {
    condition = {
      for key, alarm in module.alarms.alarms : key => alarm.dimensions if alarm.namespace == "AWS/Events" && contains(
        ["failed-invocations-ec2-state-change", "failed-invocations-bus-requests", "failed-invocations-schedule"],
        key,
      )
      } == {
      failed-invocations-ec2-state-change = tomap({ RuleName = "mirror-ec2-state-change" })
      failed-invocations-bus-requests     = tomap({ RuleName = "requests", EventBusName = "mirror" })
      failed-invocations-schedule         = tomap({ RuleName = "mirror-sweep" })
    }
    error_message = "A rule of another bus has the bus as a dimension, one of the default bus has not."
  }

  assert {
    condition = toset([for alarm in values(module.alarms.alarms) : alarm.dimensions.RuleName if alarm.namespace == "AWS/Events"]) == setunion(
      values(aws_cloudwatch_event_rule.this)[*].name,
      values(aws_cloudwatch_event_rule.bus)[*].name,
      [module.sweep_schedule[0].rule_name],
    )
    error_message = "No rule may fail unseen."
  }
}

run "uncovered_sources_fire_when_they_stay_uncovered" {
  command = plan

  variables {
    uncovered_alarm     = { sources = 7, minutes = 45 }
    schedule_expression = "rate(10 minutes)"
  }

  assert {
    condition = (
      module.alarms.alarms["uncovered"].statistic == "Minimum" && module.alarms.alarms["uncovered"].threshold == 7 &&
      module.alarms.alarms["uncovered"].comparison_operator == "GreaterThanThreshold" && module.alarms.alarms["uncovered"].period == 600 &&
      module.alarms.alarms["uncovered"].evaluation_periods == 5 && module.alarms.alarms["uncovered"].datapoints_to_alarm == 5
    )
    error_message = "Every period of the time must be above the number, and hold a sweep."
  }
}

run "no_alarm_evaluates_longer_than_cloudwatch_does" {
  command = plan

  variables {
    uncovered_alarm     = { minutes = 1440 }
    schedule_expression = "rate(6 hours)"
  }

  # PutMetricAlarm: a day at most, and a week where the period is an hour or more.
  assert {
    condition = alltrue([
      for alarm in values(module.alarms.alarms) : alarm.period * alarm.evaluation_periods <= (alarm.period >= 3600 ? 604800 : 86400)
      # One that computes its value has the period in its metrics.
      if alarm.period != null
    ])
    error_message = "CloudWatch would refuse one of the alarms."
  }
}

run "functions_fire_at_95_percent_of_their_time" {
  command = plan

  assert {
    condition     = module.alarms.alarms["reconcile-near-time-limit"].threshold == 57000 && module.alarms.alarms["sweep-near-time-limit"].threshold == 855000
    error_message = "Durations are in milliseconds."
  }
}

run "alarms_notify_whom_they_are_given" {
  command = plan

  variables {
    alarm_actions = ["arn:aws:sns:eu-west-1:111122223333:ops"]
  }

  assert {
    condition     = alltrue([for alarm in values(module.alarms.alarms) : alarm.alarm_actions == toset(["arn:aws:sns:eu-west-1:111122223333:ops"])])
    error_message = "Every alarm must notify the topic."
  }
}

run "the_products_metrics_have_the_dimensions_that_the_functions_write" {
  command = plan

  assert {
    condition = {
      for key, alarm in module.alarms.alarms : alarm.metric_name => alarm.dimensions if alarm.namespace == "TrafficMirror"
      } == {
      PolicyRefused         = tomap({ service = "traffic-mirror", controller = "mirror" })
      RemovalHeld           = tomap({ service = "traffic-mirror", controller = "mirror" })
      FirstApplyHeld        = tomap({ service = "traffic-mirror", controller = "mirror" })
      SweepStateUnread      = tomap({ service = "traffic-mirror", controller = "mirror" })
      DemandsUnread         = tomap({ service = "traffic-mirror", controller = "mirror" })
      FiltersUnread         = tomap({ service = "traffic-mirror", controller = "mirror" })
      ZonesUnread           = tomap({ service = "traffic-mirror", controller = "mirror" })
      SourcesOfRefusedTypes = tomap({ service = "traffic-mirror", controller = "mirror" })
      InstancesOutsideVpcs  = tomap({ service = "traffic-mirror", controller = "mirror" })
      NotPermitted          = tomap({ service = "traffic-mirror", controller = "mirror" })
      QuotaUsedPercent      = tomap({ service = "traffic-mirror", controller = "mirror" })
      EventDelay            = tomap({ service = "traffic-mirror", controller = "mirror" })
      EventsNotSent         = tomap({ service = "traffic-mirror", controller = "mirror" })
      SourcesUncovered      = tomap({ service = "traffic-mirror", controller = "mirror" })
      Tampering             = tomap({ service = "traffic-mirror", controller = "mirror" })
      SourcesNotSeen        = tomap({ service = "traffic-mirror", controller = "mirror" })
      ReceiversUnread       = tomap({ service = "traffic-mirror", controller = "mirror" })
      FiltersChanged        = tomap({ service = "traffic-mirror", controller = "mirror" })
      FiltersSilent         = tomap({ service = "traffic-mirror", controller = "mirror" })
      SourcesOutranked      = tomap({ service = "traffic-mirror", controller = "mirror" })
      SessionsDisputed      = tomap({ service = "traffic-mirror", controller = "mirror" })

      SourcesInUnhealthyZones = tomap({ service = "traffic-mirror", controller = "mirror" })
    }
    error_message = "An alarm on other dimensions than the functions write never fires."
  }

  assert {
    condition = (
      module.alarms.alarms["sweep-errors"].dimensions == tomap({ FunctionName = "mirror-sweep" }) &&
      module.alarms.alarms["reconcile-errors"].dimensions == tomap({ FunctionName = "mirror-reconcile" }) &&
      module.alarms.alarms["dlq-not-empty"].dimensions == tomap({ QueueName = "mirror-events-dlq" })
    )
    error_message = "Dimensions come from the resources."
  }
}

run "silence_fires_only_where_it_is_the_trouble" {
  command = plan

  assert {
    condition     = [for key, alarm in module.alarms.alarms : key if alarm.treat_missing_data == "breaching"] == ["sweep-not-run"]
    error_message = "Only the missing sweep is seen by missing data."
  }

  assert {
    condition = [for key, alarm in module.alarms.alarms : key if alarm.treat_missing_data == "ignore"] == [
      "filter-changed", "filters", "first-apply-held", "instance-type", "not-seen",
      "outranked", "outside-vpcs", "quota", "receivers-unread", "uncovered", "zone-unhealthy",
    ]
    error_message = "A level stays what it was."
  }
}

run "what_cannot_be_read_fires_when_it_lasts" {
  command = plan

  variables {
    schedule_expression = "rate(10 minutes)"
  }

  assert {
    condition = alltrue([
      for key in ["sweep-state-unread", "demands-unread", "filters-unread", "zones-unread"] :
      module.alarms.alarms[key].statistic == "Minimum" && module.alarms.alarms[key].threshold == 1 &&
      module.alarms.alarms[key].comparison_operator == "GreaterThanOrEqualToThreshold" && module.alarms.alarms[key].period == 600 &&
      module.alarms.alarms[key].evaluation_periods == 3 && module.alarms.alarms[key].datapoints_to_alarm == 3
    ])
    error_message = "One answer that failed calls nobody; three periods without any call somebody."
  }
}

run "a_missing_sweep_is_noticed_after_ten_minutes" {
  command = plan

  assert {
    condition     = module.alarms.alarms["sweep-not-run"].period == 600 && module.alarms.alarms["sweep-not-run"].evaluation_periods == 1
    error_message = "Ten minutes without a sweep."
  }
}

run "rarer_sweeps_are_missed_later" {
  command = plan

  variables {
    schedule_expression = "rate(2 hours)"
  }

  assert {
    condition     = module.alarms.alarms["sweep-not-run"].period == 21600 && module.alarms.alarms["sweep-errors"].period == 7200
    error_message = "Periods must be long enough for a sweep in each."
  }
}
