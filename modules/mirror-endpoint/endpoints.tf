# The subnet of a Gateway Load Balancer endpoint cannot be changed (AWS PrivateLink guide), but the provider would try to
# change it in place: this turns another subnet under the same key into another endpoint.
resource "terraform_data" "subnet" {
  for_each = local.endpoints

  input = each.value.subnet_id
}

resource "aws_vpc_endpoint" "this" {
  for_each = local.endpoints

  vpc_id            = each.value.vpc_id
  service_name      = var.endpoint_service_name
  vpc_endpoint_type = "GatewayLoadBalancer"
  subnet_ids        = [each.value.subnet_id]

  tags = merge(var.tags, { Name = "${var.name}/${each.key}" })

  lifecycle {
    # The new one comes first, so that sessions can move before the old one goes.
    create_before_destroy = true
    replace_triggered_by  = [terraform_data.subnet[each.key].output]

    precondition {
      condition     = contains(split(".", var.endpoint_service_name), local.region)
      error_message = <<-EOT
        endpoint_service_name names a service of another region than this one, ${local.region}; endpoints
        reach services of their own region only.
      EOT
    }

    precondition {
      condition = module.inputs.availability_zones == null ? true : contains(
        values(module.inputs.availability_zones)[*].id, data.aws_subnet.this[each.key].availability_zone_id,
      )
      error_message = <<-EOT
        In vpcs, the subnet ${each.key} (${each.value.subnet_id}) is in the zone
        ${data.aws_subnet.this[each.key].availability_zone_id}, which the capture fleet does not serve: take a subnet in
        one of availability_zones, or leave the zone out, so that another zone's endpoint serves it, or add a subnet of
        that zone to the fleet.
      EOT
    }

    precondition {
      condition     = data.aws_subnet.this[each.key].vpc_id == each.value.vpc_id
      error_message = <<-EOT
        In vpcs, the subnet ${each.key} (${each.value.subnet_id}) is not of the VPC ${each.value.vpc_id};
        every subnet must belong to the vpc_id beside it.
      EOT
    }

    precondition {
      condition     = !data.aws_subnet.this[each.key].ipv6_native
      error_message = <<-EOT
        In vpcs, the subnet ${each.key} (${each.value.subnet_id}) has no IPv4 addresses; an endpoint needs
        a subnet that has.
      EOT
    }

    precondition {
      condition = length([
        for key, endpoint in local.endpoints : key
        if endpoint.vpc_key == each.value.vpc_key && data.aws_subnet.this[key].availability_zone == data.aws_subnet.this[each.key].availability_zone
      ]) == 1
      error_message = <<-EOT
        In vpcs, subnets of ${each.value.vpc_key} holds two subnets of the zone
        ${data.aws_subnet.this[each.key].availability_zone}, one of them ${each.value.subnet_key}; at most one subnet
        per availability zone is allowed.
      EOT
    }
  }
}

resource "aws_ec2_traffic_mirror_target" "this" {
  for_each = local.endpoints

  description                       = "${var.name}/${each.key}"
  gateway_load_balancer_endpoint_id = aws_vpc_endpoint.this[each.key].id

  # By the last two the controller finds the target for an instance of this VPC and zone.
  tags = merge(var.tags, {
    Name                         = "${var.name}/${each.key}"
    (local.tag_keys.target_vpc)  = each.value.vpc_id
    (local.tag_keys.target_zone) = data.aws_subnet.this[each.key].availability_zone
  })

  lifecycle {
    # EC2 does not delete a target that sessions use: the new one first, then the sessions move, then the old one goes.
    create_before_destroy = true
  }
}
