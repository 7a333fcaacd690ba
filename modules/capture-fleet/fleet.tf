resource "aws_launch_template" "this" {
  for_each = local.groups

  name                   = each.value.name
  description            = "Capture nodes of ${var.name}"
  image_id               = local.image_id
  instance_type          = var.instance_types[0]
  update_default_version = true
  user_data              = local.user_data_base64[each.key]

  iam_instance_profile {
    arn = aws_iam_instance_profile.node.arn
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  # Figures by the minute, which scaling needs; basic monitoring's five minutes are too late.
  monitoring {
    enabled = true
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
      throughput            = module.inputs.capture.spool.storage == "root" ? module.inputs.capture.spool.throughput : 125
      iops                  = module.inputs.capture.spool.storage == "root" ? module.inputs.capture.spool.iops : 3000
      delete_on_termination = "true"
    }
  }

  # What is not uploaded when a node ends is gone with it either way: the agent uploads before.
  dynamic "block_device_mappings" {
    for_each = module.inputs.capture.spool.storage == "volume" ? ["/dev/sdf"] : []

    content {
      device_name = block_device_mappings.value

      ebs {
        encrypted             = "true"
        kms_key_id            = var.kms_key_arn
        volume_type           = "gp3"
        volume_size           = module.inputs.capture.spool.size
        throughput            = module.inputs.capture.spool.throughput
        iops                  = module.inputs.capture.spool.iops
        delete_on_termination = "true"
      }
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

  lifecycle {
    precondition {
      # Before base64 (Amazon EC2, "Run commands when you launch an EC2 instance").
      condition     = length(local.user_data_base64[each.key]) * 3 / 4 <= 16384
      error_message = <<-EOT
        The nodes' user data is larger than the 16 KiB that EC2 takes, even compressed: shorten tool.arguments or
        filter of capture.
      EOT
    }
  }
}

locals {
  mixed = length(var.instance_types) > 1 || module.inputs.scaling.spot_percent > 0
}

resource "aws_autoscaling_group" "this" {
  for_each = local.groups

  name                      = each.value.name
  min_size                  = var.min_size
  max_size                  = var.max_size
  vpc_zone_identifier       = values(each.value.subnets)
  target_group_arns         = [aws_lb_target_group.this.arn]
  health_check_type         = "ELB"
  health_check_grace_period = module.inputs.health_check.grace_period
  default_instance_warmup   = module.inputs.scaling.warmup_seconds
  enabled_metrics = [
    "GroupDesiredCapacity", "GroupInServiceInstances", "GroupMaxSize", "GroupPendingInstances",
    "GroupTerminatingInstances",
  ]
  # A spot node is replaced when its interruption is likely, not when it is announced.
  capacity_rebalance = module.inputs.scaling.spot_percent > 0

  dynamic "launch_template" {
    for_each = local.mixed ? [] : [aws_launch_template.this[each.key]]

    content {
      id = launch_template.value.id
      # A number, not $Latest: only that lets a failed refresh roll back.
      version = launch_template.value.latest_version
    }
  }

  dynamic "mixed_instances_policy" {
    for_each = local.mixed ? [aws_launch_template.this[each.key]] : []

    content {
      instances_distribution {
        on_demand_allocation_strategy            = "prioritized"
        on_demand_base_capacity                  = module.inputs.scaling.on_demand_base
        on_demand_percentage_above_base_capacity = 100 - module.inputs.scaling.spot_percent
        spot_allocation_strategy                 = "price-capacity-optimized"
      }

      launch_template {
        launch_template_specification {
          launch_template_id = mixed_instances_policy.value.id
          version            = mixed_instances_policy.value.latest_version
        }

        dynamic "override" {
          for_each = var.instance_types

          content {
            instance_type     = override.value
            weighted_capacity = length(module.inputs.scaling.weights) == 0 ? null : tostring(module.inputs.scaling.weights[override.value])
          }
        }
      }
    }
  }

  dynamic "warm_pool" {
    for_each = module.inputs.scaling.warm_pool == null ? [] : [module.inputs.scaling.warm_pool]

    content {
      pool_state                  = warm_pool.value.state
      min_size                    = warm_pool.value.min_size
      max_group_prepared_capacity = warm_pool.value.max_prepared

      # A node that has captured is terminated, through its hook; what waits in the pool has seen no traffic.
      instance_reuse_policy {
        reuse_on_scale_in = false
      }
    }
  }

  # Only what is part of the group's creation holds back its first nodes; aws_autoscaling_lifecycle_hook.this keeps them as they should be.
  dynamic "initial_lifecycle_hook" {
    for_each = local.hook_specifications

    content {
      name                 = initial_lifecycle_hook.key
      lifecycle_transition = initial_lifecycle_hook.value.transition
      heartbeat_timeout    = initial_lifecycle_hook.value.timeout
      default_result       = initial_lifecycle_hook.value.result
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
      checkpoint_percentages = module.inputs.scaling.refresh.checkpoint_percentages
      checkpoint_delay       = tostring(module.inputs.scaling.refresh.checkpoint_delay_seconds)
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

  lifecycle {
    # Creation only; a change would show in every plan and do nothing.
    ignore_changes = [initial_lifecycle_hook]
  }

  # The target group must have its load balancer before its health means anything, and the first node needs its
  # permissions, its way out, its programs and the register when it starts. On destroy all of it outlives the last node,
  # the bucket as it was set up included: nodes deliver while they leave.
  depends_on = [
    aws_lb_listener.this,
    aws_iam_role_policy.node,
    aws_s3_bucket_lifecycle_configuration.code,
    aws_s3_bucket_lifecycle_configuration.this,
    aws_s3_bucket_notification.this,
    aws_s3_bucket_object_lock_configuration.this,
    aws_s3_bucket_ownership_controls.code,
    aws_s3_bucket_ownership_controls.this,
    aws_s3_bucket_policy.code,
    aws_s3_bucket_policy.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_versioning.this,
    aws_s3_object.agent,
    aws_s3_object.clients,
    aws_s3_object.node_files,
    aws_vpc_security_group_egress_rule.dns,
    aws_vpc_security_group_egress_rule.https,
    aws_vpc_security_group_egress_rule.https_prefix_list,
    aws_vpc_security_group_ingress_rule.geneve,
    aws_vpc_security_group_ingress_rule.health,
  ]
}

# For groups that exist already and for later changes. On destroy these go before the group, so its last nodes leave
# without being waited for; docs/capture.md says how to empty a fleet first.
resource "aws_autoscaling_lifecycle_hook" "this" {
  for_each = {
    for pair in setproduct(keys(local.groups), keys(local.hook_specifications)) :
    "${pair[0]}/${trimprefix(pair[1], "${var.name}-")}" => { group = pair[0], name = pair[1], hook = local.hook_specifications[pair[1]] }
  }

  name                   = each.value.name
  autoscaling_group_name = aws_autoscaling_group.this[each.value.group].name
  lifecycle_transition   = each.value.hook.transition
  heartbeat_timeout      = each.value.hook.timeout
  default_result         = each.value.hook.result
}
