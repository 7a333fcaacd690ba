# Three ways to grow, of which the last comes after loss: traffic, processor time, drops. The group takes the largest
# that any of them asks for (EC2 Auto Scaling, "Target tracking scaling policies").

resource "aws_autoscaling_policy" "network" {
  for_each = local.groups

  name                   = "${each.value.name}-network"
  autoscaling_group_name = aws_autoscaling_group.this[each.key].name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = local.network_in_mbps

    # Not the predefined ASGAverageNetworkIn: NetworkIn counts the bytes of a period, whose length depends on the
    # monitoring, and is easily taken for bytes a second. Here it is Mbps, from detailed monitoring's one minute.
    customized_metric_specification {
      metrics {
        id          = "mbps"
        label       = "Mbps into a node"
        expression  = "bytes * 8 / 60 / 1000000"
        return_data = true
      }

      metrics {
        id          = "bytes"
        return_data = false

        metric_stat {
          stat = "Average"

          metric {
            namespace   = "AWS/EC2"
            metric_name = "NetworkIn"

            dimensions {
              name  = "AutoScalingGroupName"
              value = aws_autoscaling_group.this[each.key].name
            }
          }
        }
      }
    }
  }
}

resource "aws_autoscaling_policy" "cpu" {
  for_each = local.groups

  name                   = "${each.value.name}-cpu"
  autoscaling_group_name = aws_autoscaling_group.this[each.key].name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = module.inputs.scaling.cpu_percent

    predefined_metric_specification {
      predefined_metric_type = "ASGAverageCPUUtilization"
    }
  }
}

resource "aws_autoscaling_policy" "drops" {
  for_each = local.groups

  name                      = "${each.value.name}-drops"
  autoscaling_group_name    = aws_autoscaling_group.this[each.key].name
  policy_type               = "StepScaling"
  adjustment_type           = "PercentChangeInCapacity"
  metric_aggregation_type   = "Average"
  min_adjustment_magnitude  = 1
  estimated_instance_warmup = module.inputs.scaling.warmup_seconds

  step_adjustment {
    metric_interval_lower_bound = "0"
    metric_interval_upper_bound = tostring(local.drop_ratio * 9)
    scaling_adjustment          = 50
  }

  step_adjustment {
    metric_interval_lower_bound = tostring(local.drop_ratio * 9)
    scaling_adjustment          = 100
  }
}

locals {
  # The agent's ratios are from 0 to 1.
  drop_ratio = module.inputs.scaling.drop_percent / 100

  # What the agents write of a group: by fleet, and again by fleet and zone.
  group_dimensions = {
    for key in keys(local.groups) : key => merge(
      { fleet = var.name },
      var.group_per_zone ? { zone = data.aws_subnet.this[key].availability_zone_id } : {},
    )
  }
}

resource "aws_cloudwatch_metric_alarm" "scale_out" {
  for_each = local.groups

  alarm_name = "${each.value.name}-scale-out"
  alarm_description = join(" ", [
    "The tools lose packets: the group grows. For people there is ${var.name}-fleet-drop-tool.",
    "See docs/operations.md#packets-dropped.",
  ])

  namespace   = local.metrics_namespace
  metric_name = "ToolDropRatio"
  dimensions  = local.group_dimensions[each.key]
  statistic   = "Average"

  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = local.drop_ratio
  period              = 60
  evaluation_periods  = 2
  # No agent, no ratio: that is for the alarms of health.
  treat_missing_data = "notBreaching"

  alarm_actions = [aws_autoscaling_policy.drops[each.key].arn]
  tags          = local.tags
}

resource "aws_autoscaling_schedule" "this" {
  for_each = {
    for pair in setproduct(keys(local.groups), keys(module.inputs.scaling.schedules)) :
    "${pair[0]}/${pair[1]}" => { group = pair[0], name = pair[1], schedule = module.inputs.scaling.schedules[pair[1]] }
  }

  scheduled_action_name  = "${local.groups[each.value.group].name}-${each.value.name}"
  autoscaling_group_name = aws_autoscaling_group.this[each.value.group].name
  recurrence             = each.value.schedule.recurrence
  time_zone              = each.value.schedule.time_zone
  # -1 leaves a size as it is.
  min_size         = coalesce(each.value.schedule.min_size, -1)
  max_size         = coalesce(each.value.schedule.max_size, -1)
  desired_capacity = coalesce(each.value.schedule.desired_capacity, -1)
}
