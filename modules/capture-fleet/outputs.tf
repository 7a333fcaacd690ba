output "endpoint_service_name" {
  description = "Name of the endpoint service, for mirror-endpoint's input of the same name."
  value       = aws_vpc_endpoint_service.this.service_name
}

output "availability_zones" {
  description = "Zones that the fleet serves, by the key of `subnets`: `name` as this account sees it and `id`. Client accounts choose their subnets by id, because a name may mean another zone there."
  value = {
    for key, subnet in data.aws_subnet.this : key => {
      name = subnet.availability_zone
      id   = subnet.availability_zone_id
    }
  }
}

output "event_bus_arn" {
  description = "ARN of the hub's event bus, for mirror-controller's input hub_event_bus_arn."
  value       = aws_cloudwatch_event_bus.this.arn
}

output "capture_bucket" {
  description = "Name of the bucket for captured traffic. Nodes write below captures/."
  value       = aws_s3_bucket.this.id
}

output "autoscaling_group_name" {
  description = "Name of the nodes' autoscaling group: the dimension AutoScalingGroupName of their metrics."
  value       = aws_autoscaling_group.this.name
}

output "load_balancer_arn_suffix" {
  description = "Dimension LoadBalancer of the metrics in AWS/GatewayELB."
  value       = aws_lb.this.arn_suffix
}
