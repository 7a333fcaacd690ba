# Least privilege: what the roles may do, and on what.

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
        b = { target_id = "tmt-0123456789abcdef1", availability_zone = "eu-west-1b" }
      }
    }
  }
}

run "everything_may_only_be_observed_and_only_in_this_region" {
  command = plan

  assert {
    condition     = alltrue([for action in data.aws_iam_policy_document.common.statement[0].actions : can(regex("^[a-z0-9]+:Describe", action))])
    error_message = "Only describing may be allowed on everything."
  }

  assert {
    condition     = one(data.aws_iam_policy_document.common.statement[0].condition).values == tolist(["eu-west-1"])
    error_message = "Describing must be bound to the region."
  }

  assert {
    condition = alltrue([
      for statement in concat(data.aws_iam_policy_document.common.statement, data.aws_iam_policy_document.follow_up.statement) :
      !contains(statement.resources, "*")
      if statement.sid != "Observe"
    ])
    error_message = "No other statement may name everything."
  }
}

run "the_record_of_sweeps_is_written_by_the_sweep_alone" {
  command = plan

  assert {
    condition = (
      one([for statement in data.aws_iam_policy_document.sweep.statement : statement if statement.sid == "KeepSweepState"]).resources ==
      toset(["arn:aws:ssm:eu-west-1:111122223333:parameter/mirror/sweep-state"])
    )
    error_message = "sweep must read and write its record, and nothing else of it."
  }

  assert {
    condition = (
      aws_ssm_parameter.sweep_state.name == local.sweep_environment.SWEEP_STATE_PARAMETER &&
      aws_ssm_parameter.sweep_state.name == local.reconcile_environment.SWEEP_STATE_PARAMETER &&
      aws_ssm_parameter.sweep_state.name == local.requests_environment.SWEEP_STATE_PARAMETER
    )
    error_message = "All must know where the record is."
  }

  assert {
    condition = [
      for statement in flatten([
        data.aws_iam_policy_document.take["events"].statement, data.aws_iam_policy_document.take["requests"].statement,
        data.aws_iam_policy_document.follow_up.statement, data.aws_iam_policy_document.common.statement,
      ]) : statement.actions
      if strcontains(jsonencode(statement.resources), "sweep-state")
    ] == [toset(["ssm:GetParameter"]), toset(["ssm:GetParameter"])]
    error_message = "reconcile and requests may look whether the first apply is over, and not write that it is."
  }
}

run "sessions_are_made_changed_and_tagged_under_our_name_alone" {
  command = plan

  assert {
    condition = {
      for statement in data.aws_iam_policy_document.common.statement : statement.sid => {
        for condition in statement.condition : "${condition.test} ${condition.variable}" => one(condition.values)
      } if strcontains(statement.sid, "Sessions")
      } == {
      CreateOwnSessions = { "StringEquals aws:RequestTag/traffic-mirror:controller" = "mirror" }
      ChangeOwnSessions = { "StringEquals aws:ResourceTag/traffic-mirror:controller" = "mirror" }
      TagNewSessions    = { "StringEquals ec2:CreateAction" = "CreateTrafficMirrorSession" }
      TagOwnSessionsAgain = {
        "StringEquals aws:ResourceTag/traffic-mirror:controller"        = "mirror"
        "StringEqualsIfExists aws:RequestTag/traffic-mirror:controller" = "mirror"
      }
    }
    error_message = "A session that is not ours must be out of reach."
  }
}

run "sessions_join_only_interfaces_of_our_vpcs_and_the_filters_and_targets_given" {
  command = plan

  assert {
    condition     = one(data.aws_iam_policy_document.scope["0"].statement[0].condition).values == tolist(["arn:aws:ec2:eu-west-1:*:vpc/vpc-0123456789abcdef0"])
    error_message = "Interfaces must be bound to the VPCs, whoever owns those."
  }

  assert {
    condition = data.aws_iam_policy_document.scope["0"].statement[1].resources == toset([
      "arn:aws:ec2:eu-west-1:111122223333:traffic-mirror-filter/tmf-0123456789abcdef0",
      "arn:aws:ec2:eu-west-1:*:traffic-mirror-target/tmt-0123456789abcdef0",
      "arn:aws:ec2:eu-west-1:*:traffic-mirror-target/tmt-0123456789abcdef1",
    ])
    error_message = "Filters and targets must be named one by one."
  }

  assert {
    condition     = length(data.aws_iam_policy_document.scope["0"].statement) == 2
    error_message = "Targets by tag must not be allowed where they are given by id."
  }
}

run "filters_and_targets_of_single_rules_are_allowed_too" {
  command = plan

  variables {
    sources = {
      tags    = [{ tags = { Mirror = "true" }, filter_id = "tmf-0123456789abcdef9" }]
      subnets = [{ subnet_id = "subnet-0123456789abcdef0", target_id = "tmt-0123456789abcdef9", filter_id = "tmf-0123456789abcdef9" }]
    }
  }

  assert {
    condition = (
      one([for statement in data.aws_iam_policy_document.common.statement : statement if statement.sid == "UseFiltersAndTargetsOfRules"]).resources == toset([
        "arn:aws:ec2:eu-west-1:111122223333:traffic-mirror-filter/tmf-0123456789abcdef9",
        "arn:aws:ec2:eu-west-1:*:traffic-mirror-target/tmt-0123456789abcdef9",
      ])
    )
    error_message = "What a rule names must be usable."
  }
}

run "targets_by_tag_are_allowed_for_those_vpcs_alone" {
  command = plan

  variables {
    vpcs = {
      given = {
        vpc_id    = "vpc-0123456789abcdef0"
        filter_id = "tmf-0123456789abcdef0"
        targets   = { a = { target_id = "tmt-0123456789abcdef0", availability_zone = "eu-west-1a" } }
      }
      tagged = {
        vpc_id                = "vpc-0123456789abcdef1"
        filter_id             = "tmf-0123456789abcdef0"
        endpoint_service_name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
      }
    }
  }

  assert {
    condition = (
      data.aws_iam_policy_document.scope["0"].statement[2].sid == "UseTaggedTargets" &&
      one(data.aws_iam_policy_document.scope["0"].statement[2].condition).variable == "aws:ResourceTag/traffic-mirror:vpc" &&
      one(data.aws_iam_policy_document.scope["0"].statement[2].condition).values == tolist(["vpc-0123456789abcdef1"])
    )
    error_message = "Only targets tagged with a VPC that has none by id may be used by their tag."
  }
}

run "many_vpcs_are_spread_over_policies_that_every_role_gets" {
  command = plan

  variables {
    vpcs = {
      for index in range(80) : format("v%02d", index) => {
        vpc_id    = format("vpc-%017x", index)
        filter_id = format("tmf-%017x", index)
        targets   = { a = { target_id = format("tmt-%017x", index), availability_zone = "eu-west-1a" } }
      }
    }
  }

  assert {
    condition = (
      length(aws_iam_policy.scope) == 10 &&
      length(aws_iam_role_policy_attachment.sweep_scope) == 10 &&
      length(aws_iam_role_policy_attachment.requests_scope) == 10 &&
      length(aws_iam_role_policy_attachment.reconcile_scope) == 10
    )
    error_message = "A role takes ten managed policies."
  }

  assert {
    condition     = length(flatten([for document in values(data.aws_iam_policy_document.scope) : one(document.statement[0].condition).values])) == 80
    error_message = "Every VPC must be in one of them."
  }

  assert {
    condition     = aws_iam_policy.scope["9"].name == "mirror-scope-9-eu-west-1"
    error_message = "IAM is global, so the name must show the region."
  }
}

run "each_function_takes_from_its_own_queue_and_the_sweep_sees_how_many_wait" {
  command = plan

  assert {
    condition = (
      { for statement in data.aws_iam_policy_document.take["events"].statement : statement.sid => statement.resources } == {
        TakeMessages   = toset(["arn:aws:sqs:eu-west-1:111122223333:mirror-events"])
        ReadSweepState = toset(["arn:aws:ssm:eu-west-1:111122223333:parameter/mirror/sweep-state"])
      } &&
      { for statement in data.aws_iam_policy_document.take["requests"].statement : statement.sid => statement.resources } == {
        TakeMessages   = toset(["arn:aws:sqs:eu-west-1:111122223333:mirror-requests"])
        ReadSweepState = toset(["arn:aws:ssm:eu-west-1:111122223333:parameter/mirror/sweep-state"])
      } &&
      { for statement in data.aws_iam_policy_document.sweep.statement : statement.sid => statement.actions } == {
        KeepSweepState       = toset(["ssm:GetParameter", "ssm:PutParameter"])
        ReadEarlierDemands   = toset(["ssm:GetParametersByPath"])
        RemoveEarlierDemands = toset(["ssm:DeleteParameters"])
        SeeWhetherEventsWait = toset(["sqs:GetQueueAttributes"])
      }
    )
    error_message = "The sweep takes no events."
  }
}

run "only_the_controllers_own_parameters_are_read" {
  command = plan

  assert {
    condition = one([for statement in data.aws_iam_policy_document.common.statement : statement if statement.sid == "ReadPolicy"]).resources == toset([
      "arn:aws:ssm:eu-west-1:111122223333:parameter/mirror/policy",
      "arn:aws:ssm:eu-west-1:111122223333:parameter/mirror/policy/*",
    ])
    error_message = "The policy's parameters and no other."
  }
}

run "claims_are_the_controllers_own_and_reports_under_its_own_name" {
  command = plan

  assert {
    condition = { for statement in data.aws_iam_policy_document.follow_up.statement : statement.sid => statement.resources } == {
      Report     = toset(["arn:aws:events:eu-west-1:111122223333:event-bus/mirror"])
      KeepClaims = toset(["arn:aws:dynamodb:eu-west-1:111122223333:table/mirror-demands"])
    }
    error_message = "Neither another bus nor another table may be within reach."
  }

  assert {
    condition = (
      data.aws_iam_policy_document.follow_up.statement[1].actions ==
      toset(["dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"])
    )
    error_message = "What the functions do with items, and neither a scan nor a removal."
  }

  assert {
    condition = (
      {
        for condition in data.aws_iam_policy_document.follow_up.statement[0].condition : condition.test => condition.values
        if condition.variable == "events:source"
        } == {
        "ForAllValues:StringEquals" = tolist(["traffic-mirror.controller"])
        "Null"                      = tolist(["false"])
      }
    )
    error_message = "The functions must not be able to make a request."
  }

  assert {
    condition     = length(data.aws_iam_policy_document.hooks) == 0
    error_message = "Without hooks there is nothing to complete."
  }
}

run "hooks_are_completed_in_their_groups_alone_and_launches_counted_only_to_abandon" {
  command = plan

  variables {
    lifecycle_hooks = { web = { autoscaling_group_name = "web" }, api = { autoscaling_group_name = "api", create = false } }
  }

  assert {
    condition = one(data.aws_iam_policy_document.hooks[0].statement).resources == toset([
      "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:*:autoScalingGroupName/api",
      "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:*:autoScalingGroupName/web",
    ])
    error_message = "Hooks of other groups must be out of reach."
  }
}

run "the_circuit_breaker_may_count_failed_launches" {
  command = plan

  variables {
    lifecycle_hooks = { web = { autoscaling_group_name = "web", when_not_mirrored = "abandon" } }
  }

  assert {
    condition = (
      data.aws_iam_policy_document.hooks[0].statement[1].actions == toset(["autoscaling:DescribeScalingActivities"]) &&
      one(data.aws_iam_policy_document.hooks[0].statement[1].condition).values == tolist(["eu-west-1"])
    )
    error_message = "Counting must be allowed, in this region alone."
  }
}

run "a_requester_asks_under_its_own_name_and_reads_its_own_demands" {
  command = plan

  assert {
    condition = (
      data.aws_iam_policy_document.request.statement[0].actions == toset(["events:PutEvents"]) &&
      data.aws_iam_policy_document.request.statement[0].resources == toset(["arn:aws:events:eu-west-1:111122223333:event-bus/mirror"])
    )
    error_message = "Events may be put on the controller's bus alone."
  }

  assert {
    condition = (
      {
        for condition in data.aws_iam_policy_document.request.statement[0].condition :
        "${condition.test} ${condition.variable}" => toset(condition.values)
        } == {
        "ForAllValues:StringEquals events:source"      = toset(["traffic-mirror/$${aws:userid}"])
        "ForAllValues:StringEquals events:detail-type" = toset(["Mirror Requested", "Mirror Withdrawn"])
        "Null events:source"                           = toset(["false"])
        "Null events:detail-type"                      = toset(["false"])
      }
    )
    error_message = "Under no other name, and neither a report nor a sweep: ${jsonencode(data.aws_iam_policy_document.request.statement[0].condition)}"
  }

  assert {
    condition = (
      length(data.aws_iam_policy_document.request.statement) == 2 &&
      data.aws_iam_policy_document.request.statement[1].actions == toset(["dynamodb:GetItem", "dynamodb:Query"]) &&
      data.aws_iam_policy_document.request.statement[1].resources == toset(["arn:aws:dynamodb:eu-west-1:111122223333:table/mirror-demands"]) &&
      {
        for condition in data.aws_iam_policy_document.request.statement[1].condition :
        "${condition.test} ${condition.variable}" => toset(condition.values)
        } == {
        "ForAllValues:StringEquals dynamodb:LeadingKeys" = toset(["$${aws:userid}"])
        "Null dynamodb:LeadingKeys"                      = toset(["false"])
      }
    )
    error_message = "The claims of others must be out of reach: no scan, no write, no other partition."
  }
}
