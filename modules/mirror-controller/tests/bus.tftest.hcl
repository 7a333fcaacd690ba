# The controller's own bus: who asks, what is reported, and lifecycle hooks.

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

run "requests_on_the_own_bus_go_to_a_queue_of_their_own" {
  command = apply

  assert {
    condition = (
      aws_cloudwatch_event_bus.this.name == "mirror" && alltrue([for rule in values(aws_cloudwatch_event_rule.bus) : rule.event_bus_name == "mirror"])
    )
    error_message = "The bus is named after the controller."
  }

  assert {
    condition = jsonencode(jsondecode(aws_cloudwatch_event_rule.bus["requests"].event_pattern)) == jsonencode({
      source      = ["traffic-mirror", { prefix = "traffic-mirror/" }]
      account     = ["111122223333"]
      region      = ["eu-west-1"]
      detail-type = ["Mirror Requested", "Mirror Withdrawn"]
    })
    error_message = "What the functions report must not come back as a request: ${aws_cloudwatch_event_rule.bus["requests"].event_pattern}"
  }

  assert {
    condition = (
      aws_cloudwatch_event_target.requests.event_bus_name == "mirror" && aws_cloudwatch_event_target.requests.rule == "requests" &&
      aws_cloudwatch_event_target.requests.arn == aws_sqs_queue.requests.arn &&
      aws_cloudwatch_event_target.requests.dead_letter_config[0].arn == aws_sqs_queue.requests_dlq.arn &&
      aws_cloudwatch_event_target.requests.retry_policy[0].maximum_event_age_in_seconds == 3600
    )
    error_message = "A request that cannot be delivered must wait where somebody sees it."
  }
}

run "a_sweep_that_is_asked_for_starts_at_once_and_is_not_repeated" {
  command = plan

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.bus["sweep"].event_pattern) == {
      source      = ["traffic-mirror.controller"]
      account     = ["111122223333"]
      region      = ["eu-west-1"]
      detail-type = ["Sweep Requested"]
    }
    error_message = "Only the functions may ask for a sweep: ${aws_cloudwatch_event_rule.bus["sweep"].event_pattern}"
  }

  assert {
    condition = (
      aws_cloudwatch_event_target.sweep_requests.retry_policy[0].maximum_retry_attempts == 0 &&
      aws_cloudwatch_event_target.sweep_requests.event_bus_name == "mirror"
    )
    error_message = "The next sweep sees what a late one would."
  }

  assert {
    condition = (
      aws_lambda_permission.sweep_requests.source_arn == "arn:aws:events:eu-west-1:111122223333:rule/mirror/sweep" &&
      aws_lambda_permission.sweep_requests.principal == "events.amazonaws.com"
    )
    error_message = "Only that rule may start the sweep."
  }
}

run "without_a_hub_nothing_is_passed_on" {
  command = plan

  assert {
    condition = (
      length(aws_cloudwatch_event_rule.hub) == 0 &&
      length(aws_cloudwatch_event_target.hub) == 0 &&
      length(aws_iam_role.hub) == 0 &&
      length(aws_sqs_queue.hub_dlq) == 0
    )
    error_message = "Reports stay on the controller's own bus."
  }
}

run "reports_are_passed_on_to_the_hub_and_what_it_does_not_take_is_kept" {
  command = apply

  variables {
    hub_event_bus_arn = "arn:aws:events:eu-west-1:444455556666:event-bus/capture-hub"
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.hub["hub"].event_pattern) == {
      source      = ["traffic-mirror.controller"]
      account     = ["111122223333"]
      region      = ["eu-west-1"]
      detail-type = ["Mirror Session Changed", "Mirror Source Refused", "Mirror Session Tampered", "Mirror Filter Tampered", "Mirror Sweep Completed"]
    }
    error_message = "All reports, and neither requests nor sweeps: ${aws_cloudwatch_event_rule.hub["hub"].event_pattern}"
  }

  assert {
    condition = (
      aws_cloudwatch_event_target.hub["hub"].arn == var.hub_event_bus_arn && aws_cloudwatch_event_target.hub["hub"].role_arn == aws_iam_role.hub["hub"].arn &&
      aws_cloudwatch_event_target.hub["hub"].dead_letter_config[0].arn == aws_sqs_queue.hub_dlq["hub"].arn &&
      keys(output.queue_arns) == ["events", "events_dlq", "hub_dlq", "requests", "requests_dlq"]
    )
    error_message = "The target is the hub's bus, by a role of its own, with a dead-letter queue of its own."
  }

  assert {
    condition = (
      one(data.aws_iam_policy_document.hub["hub"].statement).resources == toset([var.hub_event_bus_arn]) &&
      one(data.aws_iam_policy_document.hub["hub"].statement).actions == toset(["events:PutEvents"])
    )
    error_message = "The role may put events on exactly that bus."
  }

  assert {
    condition = { for condition in one(data.aws_iam_policy_document.hub_assume["hub"].statement).condition : condition.variable => one(condition.values) } == {
      "aws:SourceArn"     = "arn:aws:events:eu-west-1:111122223333:rule/mirror/hub"
      "aws:SourceAccount" = "111122223333"
    }
    error_message = "Only for that rule may EventBridge take the role."
  }

  assert {
    condition = (
      one([
        for condition in data.aws_iam_policy_document.queue["hub_dlq"].statement[0].condition : condition.values
        if condition.variable == "aws:SourceArn"
      ]) == tolist(["arn:aws:events:eu-west-1:111122223333:rule/mirror/hub"]) &&
      (
        !contains(local.event_rule_arns, local.hub_rule_arn)
      )
    )
    error_message = "The hub's rule sends to its own dead-letter queue and to no other queue."
  }
}

run "a_boundary_holds_for_the_role_of_the_hub_too" {
  command = plan

  variables {
    hub_event_bus_arn    = "arn:aws:events:eu-west-1:444455556666:event-bus/capture-hub"
    permissions_boundary = "arn:aws:iam::111122223333:policy/boundary"
  }

  assert {
    condition     = aws_iam_role.hub["hub"].permissions_boundary == var.permissions_boundary && aws_iam_role.hub["hub"].name == "mirror-reports-eu-west-1"
    error_message = "Every role must be bounded and named after the controller and the region."
  }
}

run "the_controllers_own_bus_is_no_hub" {
  command = plan

  variables {
    hub_event_bus_arn = "arn:aws:events:eu-west-1:111122223333:event-bus/mirror"
  }

  expect_failures = [aws_cloudwatch_event_rule.hub["hub"]]
}

run "hooks_are_made_for_launches_and_let_instances_go_when_nobody_answers" {
  command = plan

  variables {
    lifecycle_hooks = {
      web   = { autoscaling_group_name = "web" }
      batch = { autoscaling_group_name = "batch", hook_name = "seen", heartbeat_timeout = 60, when_not_mirrored = "abandon" }
      there = { autoscaling_group_name = "there", create = false }
    }
  }

  assert {
    condition = { for key, hook in aws_autoscaling_lifecycle_hook.this : key => [hook.name, hook.autoscaling_group_name, hook.heartbeat_timeout] } == {
      web   = ["mirror-mirror", "web", 300]
      batch = ["seen", "batch", 60]
    }
    error_message = "Hooks are made as they were given, and none that is there already."
  }

  assert {
    condition = alltrue([
      for hook in values(aws_autoscaling_lifecycle_hook.this) :
      hook.default_result == "CONTINUE" && hook.lifecycle_transition == "autoscaling:EC2_INSTANCE_LAUNCHING"
    ])
    error_message = "A controller that does not answer must stop no launch."
  }
}
