locals {
  # An expression names its parts by ids of letters, digits and underscores.
  graph_ids = { for index, key in keys(local.groups) : key => "in${index}" }

  # Rows of three graphs, from the packet's way in to the bucket.
  graphs = [
    {
      title = "Traffic into a node (average)"
      metrics = concat(
        [for key, group in local.groups : [
          "AWS/EC2", "NetworkIn", "AutoScalingGroupName", group.name,
          { id = local.graph_ids[key], visible = false, stat = "Average" },
        ]],
        [for key, group in local.groups : [{
          expression = "${local.graph_ids[key]} * 8 / PERIOD(${local.graph_ids[key]}) / 1000000"
          label      = "Mbps, ${group.name}"
        }]],
      )
      annotation = { label = "scales at", value = local.network_in_mbps }
    },
    {
      title = "Nodes"
      metrics = concat([
        for group in values(local.groups) : [
          for metric in ["GroupInServiceInstances", "GroupDesiredCapacity", "GroupMaxSize"] :
          ["AWS/AutoScaling", metric, "AutoScalingGroupName", group.name, { stat = "Maximum" }]
        ]
      ]...)
    },
    {
      title = "Healthy nodes by zone"
      metrics = [for subnet in values(data.aws_subnet.this) : [
        "AWS/GatewayELB", "HealthyHostCount",
        "LoadBalancer", aws_lb.this.arn_suffix,
        "TargetGroup", aws_lb_target_group.this.arn_suffix,
        "AvailabilityZone", subnet.availability_zone,
        { stat = "Minimum" },
      ]]
    },
    {
      title = "Packets by hop"
      metrics = [
        for metric in ["PacketsOuter", "PacketsDecapsulated", "PacketsMirrored", "PacketsTool"] :
        [local.metrics_namespace, metric, "fleet", var.name, { stat = "Sum" }]
      ]
    },
    {
      title = "Packets lost by hop"
      metrics = [
        for metric in concat([for hop in values(local.hops) : hop.metric], ["DropsSoftnet"]) :
        [local.metrics_namespace, metric, "fleet", var.name, { stat = "Sum" }]
      ]
    },
    {
      title   = "Share lost in the tool"
      metrics = [[local.metrics_namespace, "ToolDropRatio", "fleet", var.name, { stat = "Average" }], ["...", { stat = "Maximum" }]]
    },
    {
      title   = "Disk used, fullest node (percent)"
      metrics = [[local.metrics_namespace, "SpoolUsedPercent", "fleet", var.name, { stat = "Maximum" }]]
    },
    {
      title   = "Age of the oldest file not yet in the bucket (s)"
      metrics = [[local.metrics_namespace, "UploadBehindSeconds", "fleet", var.name, { stat = "Maximum" }]]
    },
    {
      title = "Into the bucket, and lost"
      metrics = [
        for metric in ["UploadedBytes", "UploadFailures", "SpoolDroppedFiles", "LeftBehindFiles", "PacketsUnaccounted"] : [
          local.metrics_namespace, metric, "fleet", var.name,
          { stat = "Sum", yAxis = metric == "UploadedBytes" ? "left" : "right" },
        ]
      ]
    },
    {
      # Falls back to none when what waits in the spools is sent; what stays is left out by a filter, or is not known to be lost yet.
      title = "Packets mirrored that are neither uploaded nor counted as lost (added up)"
      metrics = concat(
        [[{ expression = "RUNNING_SUM(mirrored-uploaded-drops-evicted-left-unaccounted)", label = "packets" }]],
        [
          for id, metric in {
            mirrored = "PacketsMirrored", uploaded = "UploadedPackets", drops = "DropsTool"
            evicted  = "SpoolDroppedPackets", left = "LeftBehindPackets", unaccounted = "PacketsUnaccounted"
          } : [local.metrics_namespace, metric, "fleet", var.name, { id = id, stat = "Sum", visible = false }]
        ],
      )
    },
    {
      title = "Load balancer: bytes and flows"
      metrics = [
        for metric, axis in { ProcessedBytes = "left", ActiveFlowCount = "right", RejectedFlowCount = "right" } :
        ["AWS/GatewayELB", metric, "LoadBalancer", aws_lb.this.arn_suffix, { stat = "Sum", yAxis = axis }]
      ]
    },
    {
      title = "Limits of the instances reached"
      metrics = [
        for metric in ["EnaBwInExceeded", "EnaPpsExceeded", "UdpRcvbufErrors"] :
        [local.metrics_namespace, metric, "fleet", var.name, { stat = "Sum" }]
      ]
    },
    {
      title = "Processor time (average)"
      metrics = [
        for group in values(local.groups) :
        ["AWS/EC2", "CPUUtilization", "AutoScalingGroupName", group.name, { stat = "Average" }]
      ]
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = "${var.name}-fleet-${local.region}"

  lifecycle {
    ignore_changes       = [dashboard_name]
    replace_triggered_by = [terraform_data.name]
  }

  dashboard_body = jsonencode({
    widgets = concat(
      [
        for index, graph in local.graphs : {
          type   = "metric"
          x      = index % 3 * 8
          y      = floor(index / 3) * 6
          width  = 8
          height = 6
          properties = merge(
            { title = graph.title, region = local.region, view = "timeSeries", period = 60, metrics = graph.metrics },
            try({ annotations = { horizontal = [graph.annotation] } }, {}),
          )
        }
      ],
      [
        {
          type   = "alarm"
          x      = 0
          y      = ceil(length(local.graphs) / 3) * 6
          width  = 24
          height = 3
          properties = {
            title  = "Alarms"
            alarms = sort([for alarm in values(module.alarms.alarms) : alarm.arn])
          }
        },
      ],
    )
  })
}
