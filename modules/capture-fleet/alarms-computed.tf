# Alarms on what has to be computed from several metrics.

locals {
  # Where a packet can be lost on a node, in its order; each has a counter of the agent's.
  hops = {
    drop-outer        = { metric = "DropsOuter", place = "at the network interface" }
    drop-decapsulated = { metric = "DropsDecapsulated", place = "while GENEVE and VXLAN are removed" }
    drop-mirrored     = { metric = "DropsMirrored", place = "at the interface that tools read" }
    drop-tool         = { metric = "DropsTool", place = "in the capture tool" }
  }

  computed_alarms = merge(
    {
      for key, hop in local.hops : key => {
        problem    = "Nodes lose ${module.inputs.scaling.drop_percent} % of the packets or more ${hop.place}."
        section    = "packets-dropped"
        label      = "percent lost"
        expression = "IF(packets > 0, 100 * lost / packets, 0)"
        metrics    = { lost = { name = hop.metric }, packets = { name = "PacketsOuter" } }
        threshold  = module.inputs.scaling.drop_percent
        periods    = 3
        datapoints = 2
        # Agents that do not write have an alarm of their own.
        missing = "notBreaching"
      }
    },
    {
      launch-failed = {
        problem    = "A launch failed: the node did not show a packet coming out of its data path in time, or EC2 had no instance to give."
        label      = "launches that failed"
        expression = "FILL(failed, 0) + FILL(abandoned, 0)"
        metrics = {
          # Auto Scaling's word, also of nodes that never came so far as to speak for themselves.
          failed = {
            namespace  = "AWS/Events"
            name       = "TriggeredRules"
            dimensions = { RuleName = aws_cloudwatch_event_rule.launch_failed.name }
          }
          abandoned = { name = "LaunchAbandoned" }
        }
        threshold = 1
        # Written only when it happens.
        missing = "notBreaching"
      }
      evidence-lost = {
        problem    = "Nodes deleted captured files because the disk was full, or were terminated before they had uploaded all."
        label      = "files lost"
        expression = "FILL(evicted, 0) + FILL(left, 0)"
        metrics    = { evicted = { name = "SpoolDroppedFiles" }, left = { name = "LeftBehindFiles" } }
        threshold  = 1
        # Written only when it happens.
        missing = "notBreaching"
      }
    },
    {
      for key in local.endpoint_map : "clients-not-told-apart" => {
        problem    = "Nodes could not tell the data path whose packets are whose, or could not file them apart: they are where no client reads."
        label      = "failures"
        expression = "FILL(maps, 0) + FILL(files, 0) + FILL(logs, 0) + FILL(tags, 0) + FILL(unread, 0)"
        metrics = {
          maps   = { name = "TagMapFailures" }
          unread = { name = "RegisterUnread" }
          files  = { name = "UnsplitFiles" }
          logs   = { name = "UnlabelledFiles" }
          tags   = { name = "IdentitiesWithoutTag" }
        }
        threshold  = 1
        periods    = 3
        datapoints = 2
        # Agents that do not write have an alarm of their own.
        missing = "notBreaching"
      }
    },
    {
      for key in local.endpoint_map : key => {
        problem    = "Which account owns each endpoint has not been written down for ten minutes: what new endpoints send counts as unknown."
        label      = "runs that came to their end"
        expression = "FILL(runs, 0) - FILL(errors, 0)"
        metrics = {
          for id, metric in { runs = "Invocations", errors = "Errors" } : id => {
            namespace              = "AWS/Lambda"
            name                   = metric
            dimensions             = { FunctionName = local.endpoint_map_name }
          }
        }
        comparison = "LessThanThreshold"
        threshold  = 1
        periods    = 2
        # Lambda writes nothing for a function that is not invoked.
        missing = "breaching"
      }
    },
    {
      for key in local.arrivals : key => {
        problem    = "What arrives has not been joined with what is mirrored for ten minutes: what is told of arrival gets older."
        label      = "runs that came to their end"
        expression = "FILL(runs, 0) - FILL(errors, 0)"
        metrics = {
          for id, metric in { runs = "Invocations", errors = "Errors" } : id => {
            namespace              = "AWS/Lambda"
            name                   = metric
            dimensions             = { FunctionName = local.arrivals_name }
          }
        }
        comparison = "LessThanThreshold"
        threshold  = 1
        periods    = 2
        # Lambda writes nothing for a function that is not invoked.
        missing = "breaching"
      }
    },
    # A fleet of fixed size is always as large as it may be.
    var.max_size == var.min_size ? {} : {
      for key, group in aws_autoscaling_group.this : key == "all" ? "at-maximum" : "at-maximum-${key}" => {
        problem    = "The group ${group.name} has been at its maximum size for 15 minutes: more traffic would be lost."
        section    = "at-maximum"
        label      = "1 when full"
        expression = "IF(desired >= most, 1, 0)"
        metrics = { for id, metric in local.group_sizes : id => merge(metric, {
          namespace  = "AWS/AutoScaling"
          dimensions = { AutoScalingGroupName = group.name }
        }) }
        threshold = 1
        periods   = 3
        # A level.
        missing = "ignore"
      }
    },
  )

  group_sizes = {
    desired = { name = "GroupDesiredCapacity", statistic = "Minimum" }
    most    = { name = "GroupMaxSize", statistic = "Maximum" }
  }
}
