output "vpcs" {
  description = "What mirror-controller needs of every VPC, for its input of the same name, by the key of `vpcs`: vpc_id, vni, filter_id, endpoint_service_name, and targets by the key of the subnet: target_id and availability_zone (the zone's name in this account)."
  value = {
    for vpc_key, vpc in var.vpcs : vpc_key => {
      vpc_id                = vpc.vpc_id
      vni                   = vpc.vni
      filter_id             = aws_ec2_traffic_mirror_filter.this[vpc_key].id
      endpoint_service_name = var.endpoint_service_name
      targets = {
        for subnet_key in keys(vpc.subnets) : subnet_key => {
          target_id         = aws_ec2_traffic_mirror_target.this["${vpc_key}/${subnet_key}"].id
          availability_zone = data.aws_subnet.this["${vpc_key}/${subnet_key}"].availability_zone
        }
      }
    }
  }

  # A filter without its rules mirrors nothing: no session before they exist.
  depends_on = [aws_ec2_traffic_mirror_filter_rule.this]
}
