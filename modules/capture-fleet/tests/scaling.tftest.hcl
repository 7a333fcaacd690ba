# How the number of nodes follows the traffic.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_data {
  target = data.aws_subnet.this["one"]
  values = {
    vpc_id               = "vpc-0123456789abcdef0"
    cidr_block           = "10.0.1.0/24"
    availability_zone    = "eu-west-1a"
    availability_zone_id = "euw1-az1"
  }
}

override_data {
  target = data.aws_subnet.this["two"]
  values = {
    vpc_id               = "vpc-0123456789abcdef0"
    cidr_block           = "10.0.2.0/24"
    availability_zone    = "eu-west-1b"
    availability_zone_id = "euw1-az2"
  }
}

variables {
  name   = "capture"
  vpc_id = "vpc-0123456789abcdef0"
  subnets = {
    one = "subnet-00000000000000001"
    two = "subnet-00000000000000002"
  }
}

run "the_target_is_a_share_of_the_documented_baseline" {
  assert {
    condition     = abs(aws_autoscaling_policy.network["all"].target_tracking_configuration[0].target_value - 429.55) < 0.01
    error_message = "55 % of 781 Mbps."
  }

  assert {
    condition = (
      one([
        for metric in aws_autoscaling_policy.network["all"].target_tracking_configuration[0].customized_metric_specification[0].metrics :
        metric.expression
        if metric.return_data
      ]) ==
      "bytes * 8 / 60 / 1000000"
    )
    error_message = "The target must be in Mbps."
  }

  assert {
    condition     = aws_launch_template.this["all"].monitoring[0].enabled && aws_autoscaling_group.this["all"].default_instance_warmup == 180
    error_message = "Figures must come by the minute."
  }

  assert {
    condition     = aws_autoscaling_policy.cpu["all"].target_tracking_configuration[0].target_value == 60
    error_message = "Processor time at 60 %."
  }
}

run "the_smallest_of_several_types_counts" {
  variables {
    instance_types = ["c6in.xlarge", "c6i.large"]
  }

  assert {
    condition     = abs(aws_autoscaling_policy.network["all"].target_tracking_configuration[0].target_value - 429.55) < 0.01
    error_message = "An average over unlike nodes must spare the smallest."
  }
}

run "a_target_and_facts_can_be_given" {
  variables {
    instance_types = ["im4gn.large"]
    scaling        = { network_in_mbps = 750, cpu_percent = 50 }
  }

  assert {
    condition = (
      aws_autoscaling_policy.network["all"].target_tracking_configuration[0].target_value == 750 &&
      aws_autoscaling_policy.cpu["all"].target_tracking_configuration[0].target_value == 50
    )
    error_message = "They must be taken as given."
  }
}

run "drops_add_half_and_ten_times_as_many_double" {
  variables {
    scaling = { drop_percent = 0.5 }
  }

  assert {
    condition = {
      for step in aws_autoscaling_policy.drops["all"].step_adjustment :
      tostring(step.scaling_adjustment) => step.metric_interval_lower_bound
    } == { "50" = "0", "100" = "0.045" }
    error_message = "Steps are above the alarm's threshold."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.scale_out["all"].threshold == 0.005 &&
      aws_cloudwatch_metric_alarm.scale_out["all"].dimensions == tomap({ fleet = "capture" }) &&
      aws_cloudwatch_metric_alarm.scale_out["all"].metric_name == "ToolDropRatio"
    )
    error_message = "The alarm must be on the agents' ratio."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.scale_out["all"].alarm_actions == toset([aws_autoscaling_policy.drops["all"].arn])
    error_message = "It must act on the policy."
  }
}

run "nodes_wait_at_both_ends_of_their_lives" {
  variables {
    hooks = { launch_timeout_seconds = 900, terminate_timeout_seconds = 240 }
  }

  assert {
    condition = (
      {
        for hook in aws_autoscaling_group.this["all"].initial_lifecycle_hook :
        hook.name => "${hook.lifecycle_transition} ${hook.heartbeat_timeout} ${hook.default_result}"
      } ==
      {
        capture-launch    = "autoscaling:EC2_INSTANCE_LAUNCHING 600 ABANDON"
        capture-terminate = "autoscaling:EC2_INSTANCE_TERMINATING 300 CONTINUE"
      }
    )
    error_message = "The first nodes must wait as well; a change after the group was made is the separate hooks' work."
  }

  assert {
    condition = (
      {
        for key, hook in aws_autoscaling_lifecycle_hook.this :
        key => "${hook.name} ${hook.heartbeat_timeout} ${hook.default_result}"
      } ==
      { "all/launch" = "capture-launch 900 ABANDON", "all/terminate" = "capture-terminate 240 CONTINUE" }
    )
    error_message = "Later changes must reach the group."
  }

  assert {
    condition     = local.hooks.launch_limit_seconds == 840
    error_message = "The agent must give up before the hook."
  }
}

run "spot_is_a_share_above_a_base" {
  variables {
    scaling = { spot_percent = 40, on_demand_base = 2 }
  }

  assert {
    condition = (
      (
        aws_autoscaling_group.this["all"].mixed_instances_policy[0].instances_distribution[0].on_demand_percentage_above_base_capacity ==
        60
      ) &&
      aws_autoscaling_group.this["all"].mixed_instances_policy[0].instances_distribution[0].on_demand_base_capacity == 2 &&
      aws_autoscaling_group.this["all"].capacity_rebalance
    )
    error_message = "Spot needs a mixed group even with one type."
  }
}

run "weights_and_a_warm_pool_reach_the_group" {
  variables {
    instance_types = ["c6in.large", "c6in.xlarge"]
    scaling = {
      weights   = { "c6in.large" = 1, "c6in.xlarge" = 2 }
      warm_pool = { min_size = 1, max_prepared = 3 }
      refresh   = { checkpoint_percentages = [20, 100], checkpoint_delay_seconds = 60 }
    }
  }

  assert {
    condition = [
      for override in aws_autoscaling_group.this["all"].mixed_instances_policy[0].launch_template[0].override :
      override.weighted_capacity
    ] == ["1", "2"]
    error_message = "Each type has its weight."
  }

  assert {
    condition = (
      aws_autoscaling_group.this["all"].warm_pool[0].pool_state == "Stopped" &&
      aws_autoscaling_group.this["all"].warm_pool[0].min_size == 1 &&
      aws_autoscaling_group.this["all"].warm_pool[0].max_group_prepared_capacity == 3 &&
      aws_autoscaling_group.this["all"].warm_pool[0].instance_reuse_policy[0].reuse_on_scale_in == false
    )
    error_message = "Nodes that have captured must not go back into the pool."
  }

  assert {
    condition = (
      aws_autoscaling_group.this["all"].instance_refresh[0].preferences[0].checkpoint_percentages == tolist([20, 100]) &&
      aws_autoscaling_group.this["all"].instance_refresh[0].preferences[0].checkpoint_delay == "60"
    )
    error_message = "The refresh must pause as asked."
  }
}

run "schedules_set_what_they_name_and_leave_the_rest" {
  variables {
    scaling = { schedules = { morning = { recurrence = "0 7 * * MON-FRI", time_zone = "Europe/Berlin", min_size = 3 } } }
  }

  assert {
    condition = (
      aws_autoscaling_schedule.this["all/morning"].min_size == 3 &&
      aws_autoscaling_schedule.this["all/morning"].max_size == -1 &&
      aws_autoscaling_schedule.this["all/morning"].desired_capacity == -1 &&
      aws_autoscaling_schedule.this["all/morning"].time_zone == "Europe/Berlin"
    )
    error_message = "-1 leaves a size as it is."
  }
}

run "a_group_per_zone_scales_by_its_own_figures" {
  variables {
    group_per_zone            = true
    cross_zone_load_balancing = false
    min_size                  = 1
    scaling                   = { schedules = { a = { recurrence = "0 7 * * *", min_size = 2 } } }
  }

  assert {
    condition = (
      { for key, group in aws_autoscaling_group.this : key => [group.name, join(",", group.vpc_zone_identifier)] } ==
      {
        one = ["capture-node-one", "subnet-00000000000000001"]
        two = ["capture-node-two", "subnet-00000000000000002"]
      }
    )
    error_message = "Each zone must have its group."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.scale_out["two"].dimensions == tomap({ fleet = "capture", zone = "euw1-az2" })
    error_message = "Drops of one zone must not grow the other."
  }

  assert {
    condition = (
      keys(aws_autoscaling_schedule.this) == ["one/a", "two/a"] &&
      output.autoscaling_group_name == null &&
      output.autoscaling_group_names == { one = "capture-node-one", two = "capture-node-two" }
    )
    error_message = "Names must be given by zone."
  }

  assert {
    condition     = strcontains(local.user_data["two"], "capture-node-two") && !strcontains(local.user_data["two"], "capture-node-one")
    error_message = "A node must know its own group."
  }
}

run "egress_can_be_narrowed_to_endpoints" {
  variables {
    https_destinations = { cidr_blocks = ["10.0.0.0/16"], prefix_list_ids = { s3 = "pl-0123456789abcdef0" } }
  }

  assert {
    condition = (
      keys(aws_vpc_security_group_egress_rule.https) == ["10.0.0.0/16"] &&
      aws_vpc_security_group_egress_rule.https_prefix_list["s3"].prefix_list_id == "pl-0123456789abcdef0"
    )
    error_message = "Nothing else may be reached."
  }
}
