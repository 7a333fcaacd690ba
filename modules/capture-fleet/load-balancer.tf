resource "aws_lb" "this" {
  #checkov:skip=CKV_AWS_152:Cross-zone is the input cross_zone_load_balancing; off is refused unless every zone has nodes of its own
  #checkov:skip=CKV_AWS_150:Deletion protection is the input deletion_protection; its default lets destroy work
  name                             = var.name
  load_balancer_type               = "gateway"
  subnets                          = values(var.subnets)
  enable_cross_zone_load_balancing = var.cross_zone_load_balancing
  enable_deletion_protection       = var.deletion_protection

  tags = local.tags

  lifecycle {
    precondition {
      condition = length(var.subnets) == length(distinct([
        for subnet in data.aws_subnet.this : subnet.availability_zone_id
      ]))
      error_message = <<-EOT
        subnets holds two subnets of one availability zone; a load balancer takes at most one subnet per zone.
        The zones are: ${join(", ", [for key, subnet in data.aws_subnet.this : "${key} in ${subnet.availability_zone}"])}.
      EOT
    }

    precondition {
      condition     = alltrue([for subnet in data.aws_subnet.this : subnet.vpc_id == var.vpc_id])
      error_message = "Every subnet of subnets must belong to the VPC of vpc_id, ${var.vpc_id}."
    }

    precondition {
      # Not a check: the replacement that would be planned breaks half-way, on the service in front of the old one.
      condition     = length(local.interfaces_left_out) == 0
      error_message = <<-EOT
        subnets leaves out a subnet that the load balancer ${var.name} is in, and a Gateway Load Balancer
        keeps all subnets that it has. Keep the entry; to empty its zone, keep cross_zone_load_balancing on and have no
        endpoint in the zone. To be rid of the zone, make a fleet of another name and move the clients to its service.
      EOT
    }
  }
}

# The load balancer has an interface in each of its subnets, described as ELB gwy/<name>/<id>. Two lists of ids: where the
# load balancer is not there yet both are empty.
data "aws_network_interfaces" "load_balancer" {
  for_each = {
    all  = { name = "vpc-id", values = [var.vpc_id] }
    kept = { name = "subnet-id", values = values(var.subnets) }
  }

  filter {
    name   = "description"
    values = ["ELB gwy/${var.name}/*"]
  }

  filter {
    name   = each.value.name
    values = each.value.values
  }
}

locals {
  interfaces_left_out = setsubtract(
    data.aws_network_interfaces.load_balancer["all"].ids,
    data.aws_network_interfaces.load_balancer["kept"].ids,
  )
}

resource "aws_lb_target_group" "this" {
  name        = var.name
  protocol    = "GENEVE"
  port        = local.geneve_port
  vpc_id      = var.vpc_id
  target_type = "instance"

  # Mirrored traffic is UDP to the load balancer: nothing that would need the default of 300 s to end well.
  deregistration_delay = local.hooks.deregistration_seconds

  health_check {
    protocol            = "HTTP"
    port                = tostring(module.inputs.health_check.port)
    path                = module.inputs.health_check.path
    matcher             = "200"
    interval            = module.inputs.health_check.interval
    timeout             = module.inputs.health_check.timeout
    healthy_threshold   = module.inputs.health_check.healthy_threshold
    unhealthy_threshold = module.inputs.health_check.unhealthy_threshold
  }

  stickiness {
    enabled = var.stickiness != "none"
    # With enabled = false the type is without effect, and the load balancer uses all five fields.
    type = var.stickiness == "none" ? "source_ip_dest_ip" : var.stickiness
  }

  # The default, no_rebalance, leaves flows on nodes that are dead or gone. Both have to be equal
  # (Elastic Load Balancing, "Target groups for your Gateway Load Balancers").
  target_failover {
    on_deregistration = "rebalance"
    on_unhealthy      = "rebalance"
  }

  tags = local.tags
}

resource "aws_lb_listener" "this" {
  #checkov:skip=CKV_AWS_2:The listener of a Gateway Load Balancer has no protocol of its own
  load_balancer_arn = aws_lb.this.arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }

  tags = local.tags
}

resource "aws_vpc_endpoint_service" "this" {
  #checkov:skip=CKV_AWS_123:Who may connect is the list of principals; acceptance besides is the input acceptance_required
  acceptance_required        = var.acceptance_required
  gateway_load_balancer_arns = [aws_lb.this.arn]
  allowed_principals         = local.client_principals

  tags = local.tags

  # Of all that destroy removes, this alone can be refused, while endpoints are connected
  # (ExistingVpcEndpointConnections). It depends on the rest, so that it goes first: a refusal leaves the fleet whole.
  depends_on = [
    aws_autoscaling_lifecycle_hook.this,
    aws_autoscaling_policy.cpu,
    aws_autoscaling_policy.drops,
    aws_autoscaling_policy.network,
    aws_autoscaling_schedule.this,
    aws_cloudwatch_dashboard.this,
    aws_cloudwatch_event_bus_policy.this,
    aws_cloudwatch_event_target.launch_failed,
    aws_cloudwatch_metric_alarm.scale_out,
    aws_iam_role_policy.launch_failed,
    aws_lb_listener.this,
    module.alarms,
  ]
}
