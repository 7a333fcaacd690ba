resource "aws_launch_template" "this" {
  name                   = "${var.name}-node"
  description            = "Capture nodes of ${var.name}"
  image_id               = local.image_id
  instance_type          = var.instance_types[0]
  update_default_version = true
  user_data              = base64encode(local.user_data)

  iam_instance_profile {
    arn = aws_iam_instance_profile.node.arn
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  network_interfaces {
    device_index                = 0
    associate_public_ip_address = "false"
    delete_on_termination       = "true"
    security_groups             = [aws_security_group.this.id]
  }

  block_device_mappings {
    device_name = var.root_device_name

    ebs {
      encrypted             = "true"
      kms_key_id            = var.kms_key_arn
      volume_type           = "gp3"
      volume_size           = var.root_volume_size
      delete_on_termination = "true"
    }
  }

  # The instances themselves are tagged by the autoscaling group.
  dynamic "tag_specifications" {
    for_each = toset(["network-interface", "volume"])

    content {
      resource_type = tag_specifications.value
      tags          = local.tags
    }
  }

  tags = local.tags
}

resource "aws_autoscaling_group" "this" {
  name                      = "${var.name}-node"
  min_size                  = var.min_size
  max_size                  = var.max_size
  vpc_zone_identifier       = values(var.subnets)
  target_group_arns         = [aws_lb_target_group.this.arn]
  health_check_type         = "ELB"
  health_check_grace_period = var.health_check.grace_period

  dynamic "launch_template" {
    for_each = length(var.instance_types) == 1 ? [aws_launch_template.this] : []

    content {
      id = launch_template.value.id
      # A number, not $Latest: only that lets a failed refresh roll back.
      version = launch_template.value.latest_version
    }
  }

  dynamic "mixed_instances_policy" {
    for_each = length(var.instance_types) > 1 ? [aws_launch_template.this] : []

    content {
      instances_distribution {
        on_demand_allocation_strategy            = "prioritized"
        on_demand_percentage_above_base_capacity = 100
      }

      launch_template {
        launch_template_specification {
          launch_template_id = mixed_instances_policy.value.id
          version            = mixed_instances_policy.value.latest_version
        }

        dynamic "override" {
          for_each = var.instance_types

          content {
            instance_type = override.value
          }
        }
      }
    }
  }

  # A node is replaced only after its successor is healthy, whoever asks for it: the traffic a missing node would have
  # taken is not sent again.
  instance_maintenance_policy {
    min_healthy_percentage = 100
    max_healthy_percentage = 150
  }

  instance_refresh {
    strategy = "Rolling"

    preferences {
      min_healthy_percentage = 100
      max_healthy_percentage = 150
      checkpoint_percentages = [50, 100]
      checkpoint_delay       = "300"
      # Refused for an image behind a parameter (EC2 Auto Scaling, RollbackInstanceRefresh).
      auto_rollback = startswith(local.image_id, "ami-")
    }
  }

  dynamic "tag" {
    for_each = local.tags

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }

  # The target group must have its load balancer before its health means anything, and the first node needs its
  # permissions and its way out when it starts.
  depends_on = [
    aws_lb_listener.this,
    aws_iam_role_policy.node,
    aws_vpc_security_group_egress_rule.dns,
    aws_vpc_security_group_egress_rule.https,
    aws_vpc_security_group_ingress_rule.geneve,
    aws_vpc_security_group_ingress_rule.health,
  ]
}
