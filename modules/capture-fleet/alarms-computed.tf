# Alarms on what has to be reckoned from several metrics.

locals {
  # Where a packet can be lost on a node, in its order; each has a counter of the agent's.
  hops = {
    drop-outer        = { metric = "DropsOuter", place = "at the network interface" }
    drop-decapsulated = { metric = "DropsDecapsulated", place = "while the envelopes are taken off" }
    drop-mirrored     = { metric = "DropsMirrored", place = "at the interface that tools read" }
    drop-tool         = { metric = "DropsTool", place = "in the capture tool" }
  }

  computed_alarms = merge(
    {
      for key, hop in local.hops : key => {
        problem    = "Nodes lose ${var.scaling.drop_percent} % of the packets or more ${hop.place}."
        section    = "packets-dropped"
        label      = "percent lost"
        expression = "IF(packets > 0, 100 * lost / packets, 0)"
        metrics = {
          lost    = { namespace = local.metrics_namespace, name = hop.metric, stat = "Sum", dimensions = local.fleet_dimensions }
          packets = { namespace = local.metrics_namespace, name = "PacketsOuter", stat = "Sum", dimensions = local.fleet_dimensions }
        }
        threshold  = var.scaling.drop_percent
        periods    = 3
        datapoints = 2
        # Agents that do not write have an alarm of their own.
        missing = "notBreaching"
      }
    },
    {
      launch-failed = {
        problem    = "A node was launched in vain: it did not show a packet coming out of its data path in time, or EC2 had no instance to give."
        label      = "launches that failed"
        expression = "FILL(failed, 0) + FILL(abandoned, 0)"
        metrics = {
          # Auto Scaling's word, also of nodes that never came so far as to speak for themselves.
          failed    = { namespace = "AWS/Events", name = "TriggeredRules", stat = "Sum", dimensions = { RuleName = aws_cloudwatch_event_rule.launch_failed.name } }
          abandoned = { namespace = local.metrics_namespace, name = "LaunchAbandoned", stat = "Sum", dimensions = local.fleet_dimensions }
        }
        threshold = 1
        # Written only when it happens.
        missing = "notBreaching"
      }
      evidence-lost = {
        problem    = "Nodes threw captured files away because the disk was full, or left without having delivered all."
        label      = "files lost"
        expression = "FILL(evicted, 0) + FILL(left, 0)"
        metrics = {
          evicted = { namespace = local.metrics_namespace, name = "SpoolDroppedFiles", stat = "Sum", dimensions = local.fleet_dimensions }
          left    = { namespace = local.metrics_namespace, name = "LeftBehindFiles", stat = "Sum", dimensions = local.fleet_dimensions }
        }
        threshold = 1
        # Written only when it happens.
        missing = "notBreaching"
      }
    },
    # A fleet of fixed size is always as large as it may be.
    var.max_size == var.min_size ? {} : {
      for key, group in local.groups : key == "all" ? "at-maximum" : "at-maximum-${key}" => {
        problem    = "The group ${group.name} has been as large as it may be for 15 minutes: more traffic would be lost."
        section    = "at-maximum"
        label      = "1 when full"
        expression = "IF(desired >= most, 1, 0)"
        metrics = {
          desired = { namespace = "AWS/AutoScaling", name = "GroupDesiredCapacity", stat = "Minimum", dimensions = { AutoScalingGroupName = aws_autoscaling_group.this[key].name } }
          most    = { namespace = "AWS/AutoScaling", name = "GroupMaxSize", stat = "Maximum", dimensions = { AutoScalingGroupName = aws_autoscaling_group.this[key].name } }
        }
        threshold = 1
        periods   = 3
        # A level.
        missing = "ignore"
      }
    },
  )
}

resource "aws_cloudwatch_metric_alarm" "computed" {
  for_each = local.computed_alarms

  alarm_name        = "${var.name}-fleet-${each.key}"
  alarm_description = "${each.value.problem} See docs/operations.md#${lookup(each.value, "section", each.key)}."

  metric_query {
    id          = "result"
    label       = each.value.label
    expression  = each.value.expression
    return_data = true
  }

  dynamic "metric_query" {
    for_each = each.value.metrics

    content {
      id          = metric_query.key
      return_data = false

      metric {
        namespace   = metric_query.value.namespace
        metric_name = metric_query.value.name
        dimensions  = metric_query.value.dimensions
        stat        = metric_query.value.stat
        period      = 300
      }
    }
  }

  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.threshold
  evaluation_periods  = lookup(each.value, "periods", 1)
  datapoints_to_alarm = lookup(each.value, "datapoints", lookup(each.value, "periods", 1))
  treat_missing_data  = each.value.missing

  alarm_actions = var.alarm_actions
  tags          = local.tags
}
