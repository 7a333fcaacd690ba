# What the probes stand on. Nothing runs here until a probe says so: both groups are empty.

locals {
  image = "resolve:ssm:/aws/service/debian/release/12/latest/amd64"
}

# Instances of the run talk to each other (discard, RFC 863), by which there are packets, and to nobody else.
resource "aws_security_group" "sources" {
  name        = "${var.name}-sources"
  description = "Instances of the qualification: each other"
  vpc_id      = module.source_network.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "sources" {
  security_group_id            = aws_security_group.sources.id
  description                  = "From each other"
  referenced_security_group_id = aws_security_group.sources.id
  ip_protocol                  = "udp"
  from_port                    = 9
  to_port                      = 9
}

resource "aws_vpc_security_group_egress_rule" "sources" {
  security_group_id            = aws_security_group.sources.id
  description                  = "To each other"
  referenced_security_group_id = aws_security_group.sources.id
  ip_protocol                  = "udp"
  from_port                    = 9
  to_port                      = 9
}

resource "aws_launch_template" "source" {
  name          = "${var.name}-source"
  image_id      = local.image
  instance_type = "t3.nano"

  vpc_security_group_ids = [aws_security_group.sources.id]

  metadata_options {
    http_tokens = "required"
  }

  tag_specifications {
    resource_type = "instance"
    tags          = merge(local.mirrored, { qualification = var.name })
  }

  tag_specifications {
    resource_type = "volume"
    tags          = { qualification = var.name }
  }
}

# Its instances are held until they are mirrored, by the controller's own hook.
resource "aws_autoscaling_group" "held" {
  name                = "${var.name}-held"
  min_size            = 0
  max_size            = 1
  desired_capacity    = 0
  vpc_zone_identifier = [module.source_network.subnets[local.zone_ids[0]]]

  launch_template {
    id      = aws_launch_template.source.id
    version = aws_launch_template.source.latest_version
  }

  tag {
    key                 = "qualification"
    value               = var.name
    propagate_at_launch = true
  }

  lifecycle {
    ignore_changes = [desired_capacity]
  }
}

# Nobody completes this group's hook, so each launch is abandoned when its time is over, or at once when a probe says so.
resource "aws_autoscaling_group" "abandoned" {
  name                = "${var.name}-abandoned"
  min_size            = 0
  max_size            = 1
  desired_capacity    = 0
  vpc_zone_identifier = [module.source_network.subnets[local.zone_ids[0]]]

  launch_template {
    id      = aws_launch_template.source.id
    version = aws_launch_template.source.latest_version
  }

  initial_lifecycle_hook {
    name                 = "${var.name}-never"
    lifecycle_transition = "autoscaling:EC2_INSTANCE_LAUNCHING"
    default_result       = "ABANDON"
    heartbeat_timeout    = 120
  }

  tag {
    key                 = "qualification"
    value               = var.name
    propagate_at_launch = true
  }

  lifecycle {
    ignore_changes = [desired_capacity]
  }
}

# Another subnet of the zone that has an endpoint from the beginning.
resource "aws_subnet" "second" {
  vpc_id               = module.source_network.vpc_id
  availability_zone_id = local.zone_ids[0]
  cidr_block           = cidrsubnet("10.65.0.0/20", 4, 14)
}

# An interface of an Application Load Balancer, which listens to nothing.
resource "aws_lb" "application" {
  #checkov:skip=CKV_AWS_91:It carries no traffic and lives for an hour.
  #checkov:skip=CKV_AWS_150:The run that made it destroys it.
  #checkov:skip=CKV2_AWS_20:It has no listener.
  #checkov:skip=CKV2_AWS_28:It has no listener.
  name                       = "${var.name}-alb"
  internal                   = true
  load_balancer_type         = "application"
  subnets                    = values(module.source_network.subnets)
  security_groups            = [aws_security_group.sources.id]
  drop_invalid_header_fields = true
}

# What AWS and the controller publish about the run, kept for the probes that wait for it.
resource "aws_sqs_queue" "seen" {
  name                    = "${var.name}-seen"
  sqs_managed_sse_enabled = true
  policy                  = data.aws_iam_policy_document.seen.json
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

data "aws_iam_policy_document" "seen" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = ["arn:${data.aws_partition.current.partition}:sqs:${var.region}:${data.aws_caller_identity.current.account_id}:${var.name}-seen"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

locals {
  # On the account's default bus these are about the run alone, but for calls and findings, which only a reader can tell.
  seen = {
    groups = {
      bus = "default"
      pattern = {
        source = ["aws.autoscaling"]
        detail = { AutoScalingGroupName = [aws_autoscaling_group.abandoned.name, aws_autoscaling_group.held.name] }
      }
    }
    calls = {
      bus = "default"
      pattern = {
        source      = ["aws.ec2"]
        detail-type = ["AWS API Call via CloudTrail"]
        detail      = { eventName = ["ModifyTrafficMirrorSession", "DeleteTrafficMirrorSession"] }
      }
    }
    findings = {
      bus     = "default"
      pattern = { source = ["aws.guardduty"], detail-type = ["GuardDuty Finding"] }
    }
    reports = {
      bus     = element(split("/", module.traffic_mirroring.event_bus_arn), 1)
      pattern = { source = ["traffic-mirror.controller"] }
    }
  }
}

resource "aws_cloudwatch_event_rule" "seen" {
  for_each = local.seen

  name           = "${var.name}-seen-${each.key}"
  event_bus_name = each.value.bus
  event_pattern  = jsonencode(each.value.pattern)
}

resource "aws_cloudwatch_event_target" "seen" {
  for_each = local.seen

  rule           = aws_cloudwatch_event_rule.seen[each.key].name
  event_bus_name = each.value.bus
  arn            = aws_sqs_queue.seen.arn
}
