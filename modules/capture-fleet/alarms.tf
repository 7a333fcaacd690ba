# The fleet's alarms; modules/alarms makes them, and says what each field means. Every dimension is taken from a resource
# or is the fleet's name as the agents get it.

locals {
  # Zones of which each must have a node: with one group smaller than the zones are many, one may well have none, and
  # cross-zone load balancing carries its traffic.
  watched_zones = var.group_per_zone || var.min_size >= length(var.subnets) ? data.aws_subnet.this : {}

  load_balancer_dimensions = {
    LoadBalancer = aws_lb.this.arn_suffix
    TargetGroup  = aws_lb_target_group.this.arn_suffix
  }

  fleet_dimensions = { fleet = var.name }

  metric_alarms = merge(
    {
      healthy-hosts = {
        problem    = "The fleet has no healthy node: the load balancer delivers at random, and traffic is lost without an error anywhere."
        section    = "no-healthy-node"
        namespace  = "AWS/GatewayELB"
        metric     = "HealthyHostCount"
        dimensions = local.load_balancer_dimensions
        statistic  = "Maximum"
        comparison = "LessThanThreshold"
        threshold  = 1
        period     = 60
        periods    = 2
        # The load balancer counts nothing where nothing is registered.
        missing = "breaching"
      }
      agents-silent = {
        problem    = "No agent has written figures for ten minutes: nodes are not observed, or cannot reach CloudWatch."
        metric     = "NodeHealthy"
        statistic  = "SampleCount"
        comparison = "LessThanThreshold"
        threshold  = 1
        missing    = "breaching"
        periods    = 2
      }
      spool-nearly-full = {
        problem   = "A node's disk is within ten percent of the mark at which it is taken out of service."
        metric    = "SpoolUsedPercent"
        statistic = "Maximum"
        threshold = module.inputs.capture.spool.high_water_percent - 10
        # A level.
        missing = "ignore"
      }
      upload-behind = {
        problem   = "A node has held a finished file for ${local.upload_limit_seconds} seconds without getting it to the bucket."
        metric    = "UploadBehindSeconds"
        statistic = "Maximum"
        threshold = local.upload_limit_seconds
        periods   = 2
        # A level.
        missing = "ignore"
      }
    },
    {
      for key in local.endpoint_map : "foreign-vni" => {
        problem   = "An account sends with a VNI that is registered for another one: a mistake, or somebody who would like to be taken for another client."
        metric    = "PacketsForeignVni"
        threshold = 1
        # Agents that do not write have an alarm of their own.
        missing = "notBreaching"
      }
    },
    {
      for key in toset(local.count_arrivals ? ["arrivals-not-counted"] : []) : key => {
        problem    = "A node does not count what arrives: whether the packets of what is mirrored come in is not known."
        metric     = "ArrivalCountFailures"
        threshold  = 1
        periods    = 3
        datapoints = 2
        # Agents that do not write have an alarm of their own.
        missing = "notBreaching"
      }
    },
    {
      for key in local.arrivals : "groups-silent" => {
        problem   = "Sessions stand and nothing arrives of any of them: all of an endpoint, a zone, a VPC or a rule, for ten minutes."
        metric    = "GroupsSilent"
        statistic = "Maximum"
        threshold = 1
        periods   = 2
        # A function that does not run has an alarm of its own.
        missing = "notBreaching"
      }
    },
    {
      for key, subnet in local.watched_zones : "healthy-hosts-${key}" => {
        problem = join(" ", [
          "Zone ${subnet.availability_zone} has no healthy node: without cross-zone load balancing its traffic is lost,",
          "with it the other zones carry it.",
        ])
        section    = "no-healthy-node"
        namespace  = "AWS/GatewayELB"
        metric     = "HealthyHostCount"
        dimensions = merge(local.load_balancer_dimensions, { AvailabilityZone = subnet.availability_zone })
        statistic  = "Maximum"
        comparison = "LessThanThreshold"
        threshold  = 1
        period     = 60
        periods    = 2
        # As healthy-hosts.
        missing = "breaching"
      }
    },
  )

  # Long enough for a few rotations, and for a bucket that answers slowly for a while.
  upload_limit_seconds = max(900, 5 * module.inputs.capture.rotation.seconds)
}

module "alarms" {
  source = "../alarms"

  name_prefix = "${var.name}-fleet"
  own_metrics = { namespace = local.metrics_namespace, dimensions = local.fleet_dimensions }

  alarms = merge(local.metric_alarms, local.computed_alarms)

  alarm_actions = var.alarm_actions
  runbook_url   = var.runbook_url
  tags          = local.tags

  # PutMetricAlarm overwrites: not before what a second deployment of this name cannot make.
  depends_on = [aws_cloudwatch_event_bus.this]
}

moved {
  from = aws_cloudwatch_metric_alarm.this
  to   = module.alarms.aws_cloudwatch_metric_alarm.this
}

moved {
  from = aws_cloudwatch_metric_alarm.computed
  to   = module.alarms.aws_cloudwatch_metric_alarm.computed
}
