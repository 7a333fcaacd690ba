# A function is started again and again, by one rule, and no run is repeated.

mock_provider "aws" {}

variables {
  identity = {
    arns               = { events = "arn:aws:events:eu-west-1:111122223333" }
    service_principals = { events = "events.amazonaws.com" }
  }
  name                = "mirror-sweep"
  description         = "Starts the sweep of mirror"
  schedule_expression = "rate(5 minutes)"
  function_name       = "mirror-sweep"
  function_arn        = "arn:aws:lambda:eu-west-1:111122223333:function:mirror-sweep"
}

run "the_rule_starts_the_function_as_often_as_asked_and_repeats_nothing" {
  command = plan

  assert {
    condition = (
      aws_cloudwatch_event_rule.this.schedule_expression == "rate(5 minutes)" &&
      aws_cloudwatch_event_target.this.arn == "arn:aws:lambda:eu-west-1:111122223333:function:mirror-sweep" &&
      aws_cloudwatch_event_target.this.retry_policy[0].maximum_retry_attempts == 0 &&
      aws_cloudwatch_event_target.this.retry_policy[0].maximum_event_age_in_seconds == 60
    )
    error_message = "A late run is worth nothing: the next one is there."
  }
}

run "only_that_rule_may_start_the_function" {
  command = plan

  assert {
    condition = (
      aws_lambda_permission.this.principal == "events.amazonaws.com" &&
      aws_lambda_permission.this.source_arn == "arn:aws:events:eu-west-1:111122223333:rule/mirror-sweep" &&
      aws_lambda_permission.this.statement_id == "schedule"
    )
    error_message = "Not every rule of the account."
  }
}

run "made" {}

run "another_place_that_a_plan_reads_replaces_no_permission" {
  command = plan

  variables {
    identity = {
      arns               = { events = "arn:aws:events:eu-west-1:444455556666" }
      service_principals = { events = "events.amazonaws.com" }
    }
  }

  assert {
    condition     = aws_lambda_permission.this.source_arn == "arn:aws:events:eu-west-1:111122223333:rule/mirror-sweep"
    error_message = "The permission keeps the ARN that it was made with."
  }
}

run "names_that_eventbridge_refuses_are_refused" {
  command = plan

  variables {
    name = "mirror sweep"
  }

  expect_failures = [var.name]
}

run "a_plural_of_one_is_refused" {
  command = plan

  variables {
    schedule_expression = "rate(1 minutes)"
  }

  expect_failures = [var.schedule_expression]
}

run "a_description_that_is_too_long_is_refused" {
  command = plan

  variables {
    description = join("", [for n in range(513) : "x"])
  }

  expect_failures = [var.description]
}
