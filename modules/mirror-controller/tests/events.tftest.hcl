# The events that start reconcile, the sweep, and the two invocations.

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

run "without_triggers_only_sweeps_run" {
  command = plan

  variables {
    triggers = []
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.this) == 0 && length(aws_cloudwatch_event_target.this) == 0
    error_message = "No trigger, no rule."
  }

  assert {
    condition = (
      jsonencode(local.event_rule_arns) == jsonencode(["arn:aws:events:eu-west-1:111122223333:rule/-"]) &&
      local.request_rule_arns == ["arn:aws:events:eu-west-1:111122223333:rule/mirror/requests"]
    )
    error_message = "Requests are taken in any case, and nothing may send to the events queue: no rule has such a name."
  }

  assert {
    condition     = length(module.sweep_schedule) == 1
    error_message = "The sweep stays."
  }
}

run "only_our_rules_may_send_to_the_queues" {
  command = plan

  assert {
    condition = alltrue([for key in ["events", "events_dlq"] :
      jsonencode({
        for condition in data.aws_iam_policy_document.queue[key].statement[0].condition : condition.variable => condition.values
        }) == jsonencode({
        "aws:SourceArn" = [
          "arn:aws:events:eu-west-1:111122223333:rule/mirror-api-calls",
          "arn:aws:events:eu-west-1:111122223333:rule/mirror-autoscaling",
          "arn:aws:events:eu-west-1:111122223333:rule/mirror-ec2-state-change",
          "arn:aws:events:eu-west-1:111122223333:rule/mirror-ecs-tasks",
          "arn:aws:events:eu-west-1:111122223333:rule/mirror-tag-changes",
          "arn:aws:events:eu-west-1:111122223333:rule/mirror-tampering",
        ]
        "aws:SourceAccount" = ["111122223333"]
      })
    ])
    error_message = "Only events of this account's rules may be sent."
  }

  assert {
    condition = alltrue([for key in ["requests", "requests_dlq"] :
      {
        for condition in data.aws_iam_policy_document.queue[key].statement[0].condition : condition.variable => toset(condition.values)
        } == {
        "aws:SourceArn"     = toset(["arn:aws:events:eu-west-1:111122223333:rule/mirror/requests"])
        "aws:SourceAccount" = toset(["111122223333"])
      }
    ])
    error_message = "Requests have a queue of their own, and nothing else is in it."
  }

  assert {
    condition = alltrue([
      for document in values(data.aws_iam_policy_document.queue) :
      document.statement[1].effect == "Deny" && one(document.statement[1].condition).variable == "aws:SecureTransport"
    ])
    error_message = "Calls without TLS must be denied."
  }

  assert {
    condition = (
      data.aws_iam_policy_document.queue["events"].statement[0].resources == toset(["arn:aws:sqs:eu-west-1:111122223333:mirror-events"]) &&
      data.aws_iam_policy_document.queue["events_dlq"].statement[0].resources == toset(["arn:aws:sqs:eu-west-1:111122223333:mirror-events-dlq"]) &&
      data.aws_iam_policy_document.queue["requests"].statement[0].resources == toset(["arn:aws:sqs:eu-west-1:111122223333:mirror-requests"]) &&
      data.aws_iam_policy_document.queue["requests_dlq"].statement[0].resources == toset(["arn:aws:sqs:eu-west-1:111122223333:mirror-requests-dlq"])
    )
    error_message = "Each queue's policy names that queue."
  }
}

run "a_message_is_tried_nine_times_and_then_kept_for_two_weeks" {
  command = apply

  assert {
    condition     = jsondecode(aws_sqs_queue.events.redrive_policy) == { deadLetterTargetArn = aws_sqs_queue.events_dlq.arn, maxReceiveCount = 9 }
    error_message = "The events queue must hand over to its dead-letter queue after nine tries."
  }

  assert {
    condition = (
      jsondecode(aws_sqs_queue.events_dlq.redrive_allow_policy) == {
        redrivePermission = "byQueue"
        sourceQueueArns   = ["arn:aws:sqs:eu-west-1:111122223333:mirror-events"]
      }
    )
    error_message = "Only the events queue may use the dead-letter queue."
  }

  assert {
    condition     = aws_sqs_queue.events_dlq.message_retention_seconds == 1209600 && aws_sqs_queue.events.visibility_timeout_seconds == 360
    error_message = "Two weeks, and six times the function's time-out."
  }

  assert {
    condition = alltrue([
      for target in values(aws_cloudwatch_event_target.this) :
      target.dead_letter_config[0].arn == aws_sqs_queue.events_dlq.arn && target.arn == aws_sqs_queue.events.arn
    ])
    error_message = "What EventBridge cannot deliver must go to the dead-letter queue."
  }
}

run "queues_are_encrypted_by_sqs_or_with_the_key_given" {
  command = plan

  assert {
    condition     = aws_sqs_queue.events.sqs_managed_sse_enabled && aws_sqs_queue.events_dlq.sqs_managed_sse_enabled
    error_message = "SSE-SQS is the default that needs nothing."
  }
}

run "a_key_encrypts_queues_and_lets_reconcile_read_them" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0123"
  }

  assert {
    condition     = aws_sqs_queue.events.kms_master_key_id == var.kms_key_arn && aws_sqs_queue.events_dlq.kms_master_key_id == var.kms_key_arn
    error_message = "Both queues must use the key."
  }

  assert {
    condition = (
      one([
        for statement in data.aws_iam_policy_document.take["events"].statement : statement if statement.sid == "ReadEncryptedMessages"
      ]).resources == toset([var.kms_key_arn])
    )
    error_message = "reconcile must be allowed to decrypt messages with that key."
  }
}

run "the_mapping_takes_small_batches_at_once_and_reports_what_failed" {
  command = plan

  variables {
    pace = { events_maximum_concurrency = 4 }
  }

  assert {
    condition = (
      aws_lambda_event_source_mapping.events.batch_size == 10 &&
      aws_lambda_event_source_mapping.events.maximum_batching_window_in_seconds == 0 &&
      aws_lambda_event_source_mapping.events.function_response_types == toset(["ReportBatchItemFailures"]) &&
      aws_lambda_event_source_mapping.events.scaling_config[0].maximum_concurrency == 4
    )
    error_message = "Batches of ten, no window, partial failures, concurrency from pace."
  }
}

run "a_functions_pace_is_divided_by_its_concurrency" {
  command = plan

  variables {
    pace = { events_per_second = 3, events_burst = 30, events_maximum_concurrency = 4 }
  }

  assert {
    condition = (
      local.reconcile_environment.MUTATIONS_PER_SECOND == "0.75" &&
      local.reconcile_environment.MUTATIONS_PER_SECOND_WAITING == "1.85" &&
      local.reconcile_environment.MUTATIONS_BURST == "7.5"
    )
    error_message = "Each run of reconcile gets its share."
  }

  assert {
    condition     = local.sweep_environment.MUTATIONS_PER_SECOND == "4.4" && local.sweep_environment.MUTATIONS_BURST == "3"
    error_message = "The sweep runs one at a time and has its pace to itself."
  }
}

run "the_functions_learn_what_belongs_to_the_deployment" {
  command = plan

  variables {
    mode          = "observe"
    session_quota = 500
    log_level     = "DEBUG"
    tags          = { Team = "security" }
    guardrails    = { acknowledged_until = "2030-01-31T12:00:00Z", max_sessions = 5 }
    demands       = { default_minutes = 60 }
  }

  assert {
    condition = {
      for name, value in local.sweep_environment : name => value if !startswith(name, "MUTATIONS") && name != "EVENTS_QUEUE_URL"
      } == {
      ACCOUNT_ID       = "111122223333"
      CONTROLLER_NAME  = "mirror"
      POLICY_PARAMETER = "/mirror/policy"
      MODE             = "observe"
      SESSION_TAGS     = "{\"Team\":\"security\"}"
      SESSION_QUOTA    = "500"
      DEMANDS = jsonencode({
        table = "mirror-demands", default_minutes = 60, maximum_minutes = 10080,
        limit = 500, requester_limit = 20, requests_per_minute = 30
      })
      EVENT_BUS_NAME        = "mirror"
      SWEEP_STATE_PARAMETER = "/mirror/sweep-state"
      LEFT_OUT_VPC_IDS      = "[]"
      GUARDRAILS = jsonencode({
        removal_percent    = 20
        removal_minimum    = 10
        acknowledged_until = "2030-01-31T12:00:00Z"
        rollout_percent    = 100
        max_sessions       = 5

        first_apply_sessions = 1000
      })
      SESSION_USD_PER_HOUR         = "0.015"
      LEFT_OUT_VPC_IDS             = "[]"
      POWERTOOLS_SERVICE_NAME      = "traffic-mirror"
      POWERTOOLS_METRICS_NAMESPACE = "TrafficMirror"
      POWERTOOLS_LOG_LEVEL         = "DEBUG"
    }
    error_message = "The environment is ${jsonencode(local.sweep_environment)}"
  }

  assert {
    condition = (
      setsubtract(keys(local.reconcile_environment), keys(local.sweep_environment)) == toset(["MUTATIONS_PER_SECOND_WAITING"]) &&
      local.sweep_environment.EVENTS_QUEUE_URL == local.reconcile_environment.EVENTS_QUEUE_URL
    )
    error_message = "Only reconcile has a pace for those who wait, and the sweep looks at the queue that reconcile reads."
  }
}

run "the_schedule_starts_a_sweep" {
  command = plan

  assert {
    condition     = module.sweep_schedule[0].schedule_expression == "rate(1 minute)" && module.sweep_schedule[0].rule_name == "mirror-sweep"
    error_message = "Once a minute by default."
  }
}

run "without_a_schedule_nothing_waits_for_sweeps" {
  command = plan

  variables {
    schedule_expression = null
  }

  assert {
    condition = (
      length(module.sweep_schedule) == 0 &&
      !contains(keys(module.alarms.alarms), "sweep-not-run")
    )
    error_message = "Without a schedule there must be no rule, permission or alarm for it."
  }
}

run "drain_acts_on_delete_with_an_input_that_never_changes" {
  command = plan

  assert {
    condition = (
      aws_lambda_invocation.drain.lifecycle_scope == "CRUD" &&
      aws_lambda_invocation.drain.input == "{\"reason\":\"drain\"}" &&
      aws_lambda_invocation.drain.triggers == null
    )
    error_message = "An update of drain that failed would be recorded as done."
  }

  assert {
    condition     = aws_lambda_invocation.drain.function_name == "mirror-sweep"
    error_message = "The name of the function depends on name alone."
  }
}

run "apply_sweeps_again_when_policy_mode_environment_or_code_change" {
  command = plan

  variables {
    mode = "observe"
  }

  assert {
    condition = aws_lambda_invocation.apply.triggers == tomap({
      policy      = sha256(aws_ssm_parameter.policy.insecure_value)
      environment = sha256(jsonencode(local.sweep_environment))
      mode        = "observe"
      code        = filebase64sha256("${path.module}/../../functions/dist/sweep.zip")
    })
    error_message = "The triggers are ${jsonencode(aws_lambda_invocation.apply.triggers)}"
  }

  assert {
    condition     = aws_lambda_invocation.apply.lifecycle_scope == "CREATE_ONLY" && aws_lambda_invocation.apply.input == "{\"reason\":\"apply\"}"
    error_message = "An apply that failed must be planned again."
  }
}

run "apply_shows_what_its_sweep_did" {
  command = apply

  assert {
    condition     = output.apply_summary == { mode = "enforce", created = 3, remaining = 0, complete = true }
    error_message = "The summary must be the sweep's own."
  }

  assert {
    condition = (
      local.reconcile_environment.EVENTS_QUEUE_URL == aws_sqs_queue.events.url &&
      length(output.event_bus_arn) > 0 &&
      length(output.request_policy_json) > 0
    )
    error_message = "reconcile must know its queue, and requesters the bus and their policy."
  }

  assert {
    condition = (
      output.function_names == { reconcile = "mirror-reconcile", requests = "mirror-requests", sweep = "mirror-sweep" } &&
      keys(output.queue_arns) == ["events", "events_dlq", "requests", "requests_dlq"] &&
      output.demands_table_name == "mirror-demands" &&
      output.policy_parameter_name == "/mirror/policy"
    )
    error_message = "The outputs must name what was made."
  }
}
