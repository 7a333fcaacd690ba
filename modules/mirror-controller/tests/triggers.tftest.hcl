# What each trigger lets through to the queue. That the patterns match real events, and nothing beside them, is
# tested with EventBridge's rules for patterns in test/emulator/triggers.

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

run "every_trigger_is_on_by_default_with_a_rule_named_after_it" {
  command = plan

  assert {
    condition = { for trigger, rule in aws_cloudwatch_event_rule.this : trigger => rule.name } == {
      ec2_state_change = "mirror-ec2-state-change"
      autoscaling      = "mirror-autoscaling"
      ecs_tasks        = "mirror-ecs-tasks"
      api_calls        = "mirror-api-calls"
      tag_changes      = "mirror-tag-changes"
    }
    error_message = "The rules are ${jsonencode({ for trigger, rule in aws_cloudwatch_event_rule.this : trigger => rule.name })}"
  }

  assert {
    condition     = var.triggers == toset(keys(local.known_rules)) && keys(aws_cloudwatch_event_target.this) == keys(local.known_rules)
    error_message = "Each known trigger must be allowed, on, and have its target."
  }
}

run "a_trigger_left_out_has_no_rule_and_no_right_to_send" {
  command = plan

  variables {
    triggers = ["tag_changes", "ec2_state_change"]
  }

  assert {
    condition     = keys(aws_cloudwatch_event_rule.this) == ["ec2_state_change", "tag_changes"] && keys(aws_cloudwatch_event_target.this) == ["ec2_state_change", "tag_changes"]
    error_message = "Only the triggers given may have rules."
  }

  assert {
    condition     = local.rule_arns == ["arn:aws:events:eu-west-1:111122223333:rule/mirror-ec2-state-change", "arn:aws:events:eu-west-1:111122223333:rule/mirror-tag-changes"]
    error_message = "Only their rules may send to the queues."
  }
}

run "every_pattern_takes_events_of_this_account_and_region_alone" {
  command = plan

  assert {
    condition = alltrue([for rule in values(aws_cloudwatch_event_rule.this) :
      jsondecode(rule.event_pattern).account == ["111122223333"] && jsondecode(rule.event_pattern).region == ["eu-west-1"]
    ])
    error_message = "Events that other buses forward must not match."
  }

  assert {
    condition     = alltrue([for rule in values(aws_cloudwatch_event_rule.this) : length(rule.event_pattern) <= 2048])
    error_message = "EventBridge takes patterns of 2,048 characters."
  }
}

run "every_state_of_an_instance_reaches_the_queue" {
  command = plan

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.this["ec2_state_change"].event_pattern) == {
      source      = ["aws.ec2"]
      account     = ["111122223333"]
      region      = ["eu-west-1"]
      detail-type = ["EC2 Instance State-change Notification"]
      detail      = { state = ["pending", "running", "stopping", "stopped", "shutting-down", "terminated"] }
    }
    error_message = "All six states must match: ${aws_cloudwatch_event_rule.this["ec2_state_change"].event_pattern}"
  }
}

run "auto_scaling_tells_of_launches_and_ends_that_succeeded" {
  command = plan

  assert {
    condition = (
      jsondecode(aws_cloudwatch_event_rule.this["autoscaling"].event_pattern).source == ["aws.autoscaling"] &&
      jsondecode(aws_cloudwatch_event_rule.this["autoscaling"].event_pattern)["detail-type"] == ["EC2 Instance Launch Successful", "EC2 Instance Terminate Successful"]
    )
    error_message = "The pattern is ${aws_cloudwatch_event_rule.this["autoscaling"].event_pattern}"
  }
}

run "tasks_count_when_they_have_an_interface" {
  command = plan

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.this["ecs_tasks"].event_pattern).detail == {
      lastStatus = ["PENDING", "RUNNING", "STOPPED"]
      attachments = {
        type    = ["eni", "ElasticNetworkInterface"]
        details = { name = ["networkInterfaceId"], value = [{ prefix = "eni-" }] }
      }
    }
    error_message = "The pattern is ${aws_cloudwatch_event_rule.this["ecs_tasks"].event_pattern}"
  }
}

run "calls_count_when_they_succeeded_and_name_what_can_be_looked_at" {
  command = plan

  assert {
    condition = (
      jsondecode(aws_cloudwatch_event_rule.this["api_calls"].event_pattern).detail.eventSource == ["ec2.amazonaws.com"] &&
      jsondecode(aws_cloudwatch_event_rule.this["api_calls"].event_pattern).detail.errorCode == [{ exists = false }]
    )
    error_message = "Calls that failed must not match."
  }

  assert {
    condition = flatten([for call in jsondecode(aws_cloudwatch_event_rule.this["api_calls"].event_pattern).detail["$or"] : call.eventName]) == [
      "AttachNetworkInterface", "CreateNetworkInterface", "CreateTags", "DeleteTags", "ModifyInstanceAttribute",
    ]
    error_message = "The pattern is ${aws_cloudwatch_event_rule.this["api_calls"].event_pattern}"
  }

  assert {
    condition = one([for call in jsondecode(aws_cloudwatch_event_rule.this["api_calls"].event_pattern).detail["$or"] :
      call.requestParameters.resourcesSet.items.resourceId if contains(call.eventName, "CreateTags")
    ]) == [{ prefix = "i-" }]
    error_message = "Tags of anything but instances must not match."
  }
}

run "tags_count_when_they_are_an_instances" {
  command = plan

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.this["tag_changes"].event_pattern) == {
      source      = ["aws.tag"]
      account     = ["111122223333"]
      region      = ["eu-west-1"]
      detail-type = ["Tag Change on Resource"]
      resources   = [{ prefix = "arn:aws:ec2:eu-west-1:111122223333:instance/" }]
      detail      = { service = ["ec2"], resource-type = ["instance"] }
    }
    error_message = "The pattern is ${aws_cloudwatch_event_rule.this["tag_changes"].event_pattern}"
  }
}
