# What each trigger lets through to the queue. That the patterns match real events, and nothing beside them, is
# tested with EventBridge's rules for patterns in test/integration/triggers.

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

run "every_trigger_that_has_something_to_do_is_on_by_default_with_a_rule_named_after_it" {
  command = plan

  assert {
    condition = { for trigger, rule in aws_cloudwatch_event_rule.this : trigger => rule.name } == {
      ec2_state_change = "mirror-ec2-state-change"
      autoscaling      = "mirror-autoscaling"
      ecs_tasks        = "mirror-ecs-tasks"
      api_calls        = "mirror-api-calls"
      tag_changes      = "mirror-tag-changes"
      tampering        = "mirror-tampering"
    }
    error_message = "The rules are ${jsonencode({ for trigger, rule in aws_cloudwatch_event_rule.this : trigger => rule.name })}"
  }

  assert {
    condition     = toset(local.idle_triggers) == toset(["detachments", "lifecycle_hooks", "guardduty"])
    error_message = "Without a rule stay ${jsonencode(local.idle_triggers)}"
  }

  assert {
    condition     = var.triggers == toset(keys(local.known_event_rules)) && keys(aws_cloudwatch_event_target.this) == keys(aws_cloudwatch_event_rule.this)
    error_message = "Each known trigger must be allowed and on, and each rule have its target."
  }
}

run "hooks_findings_and_detachments_have_their_rules_once_there_is_something_to_do" {
  command = plan

  variables {
    sources         = { subnets = [{ subnet_id = "subnet-0123456789abcdef0", on = "guardduty" }] }
    lifecycle_hooks = { web = { autoscaling_group_name = "web" } }
    # Sweeps that come every minute see sooner than a trail shows what was detached.
    schedule_expression = "rate(5 minutes)"
  }

  assert {
    condition = (
      keys(aws_cloudwatch_event_rule.this) == keys(local.known_event_rules) && keys(aws_cloudwatch_event_target.this) == keys(local.known_event_rules)
    )
    error_message = "The rules are ${jsonencode(keys(aws_cloudwatch_event_rule.this))}"
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.this["detachments"].event_pattern).detail == {
      eventSource       = ["ec2.amazonaws.com"]
      eventName         = ["DetachNetworkInterface"]
      errorCode         = [{ exists = false }]
      requestParameters = { attachmentId = [{ prefix = "eni-attach-" }] }
    }
    error_message = "Detachments that failed must not match: ${aws_cloudwatch_event_rule.this["detachments"].event_pattern}"
  }
}

run "findings_may_be_left_out_though_rules_wait_for_them" {
  command = plan

  variables {
    sources  = { vpcs = [{ vpc_id = "vpc-0123456789abcdef0", on = "guardduty" }] }
    triggers = ["ec2_state_change"]
  }

  assert {
    condition     = keys(aws_cloudwatch_event_rule.this) == ["ec2_state_change"]
    error_message = "A trigger that is left out stays out."
  }

  # The plan warns.
  expect_failures = [check.sources]
}

run "a_trigger_left_out_has_no_rule_and_no_right_to_send" {
  command = plan

  variables {
    triggers = ["tag_changes", "ec2_state_change"]
  }

  assert {
    condition = (
      keys(aws_cloudwatch_event_rule.this) == ["ec2_state_change", "tag_changes"] &&
      keys(aws_cloudwatch_event_target.this) == ["ec2_state_change", "tag_changes"]
    )
    error_message = "Only the triggers given may have rules."
  }

  assert {
    condition = jsonencode(local.event_rule_arns) == jsonencode([
      "arn:aws:events:eu-west-1:111122223333:rule/mirror-ec2-state-change",
      "arn:aws:events:eu-west-1:111122223333:rule/mirror-tag-changes",
    ])
    error_message = "Only their rules may send to the queues."
  }
}

run "every_pattern_takes_events_of_this_account_and_region_alone" {
  command = plan

  variables {
    sources            = { vpcs = [{ vpc_id = "vpc-0123456789abcdef0", on = "guardduty" }] }
    lifecycle_hooks    = { for index in range(20) : "group-${index}" => { autoscaling_group_name = format("some-service-production-%02d", index) } }
    session_principals = [for index in range(3) : "arn:aws:iam::111122223333:role/some/path/another-tool-that-keeps-sessions-${index}"]
    hub_event_bus_arn  = "arn:aws:events:eu-west-1:444455556666:event-bus/capture-hub"
  }

  assert {
    condition = alltrue([for rule in concat(
      values(aws_cloudwatch_event_rule.this),
      values(aws_cloudwatch_event_rule.bus),
      values(aws_cloudwatch_event_rule.hub),
      ) :
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

run "auto_scaling_reports_launches_and_ends_that_succeeded" {
  command = plan

  assert {
    condition = (
      jsondecode(aws_cloudwatch_event_rule.this["autoscaling"].event_pattern).source == ["aws.autoscaling"] &&
      jsondecode(aws_cloudwatch_event_rule.this["autoscaling"].event_pattern)["detail-type"] == [
        "EC2 Instance Launch Successful", "EC2 Instance Terminate Successful",
      ]
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
      "AttachNetworkInterface", "CreateNetworkInterface", "CreateTags", "DeleteTags", "CreateTags", "DeleteTags", "ModifyInstanceAttribute",
    ]
    error_message = "The pattern is ${aws_cloudwatch_event_rule.this["api_calls"].event_pattern}"
  }

  assert {
    condition = flatten([for call in jsondecode(aws_cloudwatch_event_rule.this["api_calls"].event_pattern).detail["$or"] :
      [for id in call.requestParameters.resourcesSet.items.resourceId : id.prefix] if contains(call.eventName, "CreateTags")
    ]) == ["i-", "tms-", "tmt-", "tmf-", "vpce-"]
    error_message = "Tags of anything else must not match."
  }

  assert {
    condition = flatten([for call in jsondecode(aws_cloudwatch_event_rule.this["api_calls"].event_pattern).detail["$or"] :
      [for arn in call.userIdentity.sessionContext.sessionIssuer.arn : lookup(arn, "anything-but", [])] if contains(keys(call), "userIdentity")
    ]) == [{ suffix = ["-reconcile-eu-west-1", "-requests-eu-west-1", "-sweep-eu-west-1"] }]
    error_message = "What controllers tag themselves must not match."
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

run "launches_that_a_listed_hook_holds_reach_the_queue" {
  command = plan

  variables {
    lifecycle_hooks = {
      web   = { autoscaling_group_name = "web" }
      api   = { autoscaling_group_name = "api" }
      batch = { autoscaling_group_name = "batch", hook_name = "seen" }
    }
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.this["lifecycle_hooks"].event_pattern) == {
      source      = ["aws.autoscaling"]
      account     = ["111122223333"]
      region      = ["eu-west-1"]
      detail-type = ["EC2 Instance-launch Lifecycle Action"]
      detail = {
        LifecycleTransition  = ["autoscaling:EC2_INSTANCE_LAUNCHING"]
        AutoScalingGroupName = ["api", "batch", "web"]
        LifecycleHookName    = ["mirror-mirror", "seen"]
      }
    }
    error_message = "The pattern is ${aws_cloudwatch_event_rule.this["lifecycle_hooks"].event_pattern}"
  }
}

run "names_that_do_not_fit_into_a_pattern_are_refused_at_plan" {
  command = plan

  variables {
    lifecycle_hooks = { for index in range(10) : "group-${index}" => { autoscaling_group_name = format("%0255d", index) } }
  }

  expect_failures = [aws_cloudwatch_event_rule.this["lifecycle_hooks"]]
}

run "findings_count_from_their_severity_on_when_they_are_about_an_instance_of_this_account" {
  command = plan

  variables {
    sources            = { tags = [{ tags = { Mirror = "true" }, on = "guardduty" }] }
    guardduty_severity = 7
  }

  assert {
    condition = jsonencode(jsondecode(aws_cloudwatch_event_rule.this["guardduty"].event_pattern).detail) == jsonencode({
      accountId = ["111122223333"]
      severity  = [{ numeric = [">=", 7] }]
      "$or" = [
        { resource = { instanceDetails = { instanceId = [{ prefix = "i-" }] } } },
        { resource = { resourceType = ["AttackSequence"] } },
      ]
    })
    error_message = "The pattern is ${aws_cloudwatch_event_rule.this["guardduty"].event_pattern}"
  }
}

run "tampering_is_what_neither_the_functions_nor_the_principals_given_did" {
  command = plan

  variables {
    session_principals = ["arn:aws:iam::111122223333:role/some/path/network-admin", "arn:aws:iam::111122223333:user/jane"]
  }

  assert {
    condition = (
      jsondecode(aws_cloudwatch_event_rule.this["tampering"].event_pattern).detail.eventName == [
        "DeleteTrafficMirrorSession",
        "ModifyTrafficMirrorSession",
        "CreateTrafficMirrorFilterRule",
        "DeleteTrafficMirrorFilterRule",
        "ModifyTrafficMirrorFilterRule",
        "ModifyTrafficMirrorFilterNetworkServices",
        "DeleteTrafficMirrorFilter",
      ]
    )
    error_message = "Calls on sessions and on filters must match: ${aws_cloudwatch_event_rule.this["tampering"].event_pattern}"
  }

  assert {
    condition     = tolist(local.session_roles) == tolist(["-reconcile-eu-west-1", "-requests-eu-west-1", "-sweep-eu-west-1", "/network-admin"])
    error_message = "Controllers' functions and the role given, by its name: ${jsonencode(local.session_roles)}"
  }

  assert {
    condition = jsonencode([for way in jsondecode(aws_cloudwatch_event_rule.this["tampering"].event_pattern).detail["$or"] : way.userIdentity]) == jsonencode([
      { sessionContext = { sessionIssuer = { arn = [{ anything-but = { suffix = local.session_roles } }] } } },
      { sessionContext = { sessionIssuer = { arn = [{ exists = false }] } }, arn = [{ anything-but = ["-", "arn:aws:iam::111122223333:user/jane"] }] },
      { sessionContext = { sessionIssuer = { arn = [{ exists = false }] } }, arn = [{ exists = false }] },
    ])
    error_message = "Roles, users and AWS's services are distinguished: ${aws_cloudwatch_event_rule.this["tampering"].event_pattern}"
  }
}

run "ten_roles_of_identity_center_fit_into_the_pattern" {
  command = plan

  variables {
    # The longest that IAM Identity Center makes: a permission set's name has up to 32 characters.
    session_principals = [for index in range(10) : join("/", [
      "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/ap-southeast-2",
      "AWSReservedSSO_NetworkAdministratorsOfAllRegion${index}_0123456789abcde${index}",
    ])]
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.this["tampering"].event_pattern) <= 2048
    error_message = "EventBridge takes 2,048 characters."
  }
}
