output "source_vpc_id" {
  description = "VPC whose instances are mirrored."
  value       = aws_vpc.source.id
}

output "source_subnets" {
  description = "Subnets of the source VPC by zone: launch instances there."
  value       = { for zone, subnet in aws_subnet.source : zone => subnet.id }
}

output "capture_vpc_id" {
  description = "VPC of the capture fleet."
  value       = aws_vpc.capture.id
}

output "capture_endpoint_service_name" {
  description = "Name of the capture fleet's endpoint service."
  value       = module.traffic_mirroring.capture_endpoint_service_name
}

output "capture_availability_zones" {
  description = "Zones of the capture fleet: name and id."
  value       = module.traffic_mirroring.capture_availability_zones
}

output "capture_event_bus_arn" {
  description = "ARN of the hub's event bus."
  value       = module.traffic_mirroring.capture_event_bus_arn
}

output "capture_bucket" {
  description = "Name of the bucket for captured traffic."
  value       = module.traffic_mirroring.capture_bucket
}

output "capture_autoscaling_group_name" {
  description = "Name of the capture nodes' autoscaling group."
  value       = module.traffic_mirroring.capture_autoscaling_group_name
}

output "capture_load_balancer_arn_suffix" {
  description = "Dimension LoadBalancer of the load balancer's metrics."
  value       = module.traffic_mirroring.capture_load_balancer_arn_suffix
}

output "capture_autoscaling_group_names" {
  description = "Names of the capture nodes' autoscaling groups."
  value       = module.traffic_mirroring.capture_autoscaling_group_names
}

output "capture_load_balancer_arn" {
  description = "ARN of the load balancer."
  value       = module.traffic_mirroring.capture_load_balancer_arn
}

output "capture_endpoint_service_id" {
  description = "Id of the capture fleet's endpoint service."
  value       = module.traffic_mirroring.capture_endpoint_service_id
}

output "capture_bucket_arn" {
  description = "ARN of the bucket for captured traffic."
  value       = module.traffic_mirroring.capture_bucket_arn
}

output "capture_code_bucket" {
  description = "Name of the bucket that nodes read their programs from."
  value       = module.traffic_mirroring.capture_code_bucket
}

output "capture_node_role_name" {
  description = "Name of the nodes' role."
  value       = module.traffic_mirroring.capture_node_role_name
}

output "capture_security_group_id" {
  description = "Security group of the nodes."
  value       = module.traffic_mirroring.capture_security_group_id
}

output "capture_dashboard_name" {
  description = "Name of the fleet's CloudWatch dashboard."
  value       = module.traffic_mirroring.capture_dashboard_name
}

output "capture_alarm_names" {
  description = "Names of the fleet's alarms."
  value       = module.traffic_mirroring.capture_alarm_names
}

output "capture_capacity_plan" {
  description = "What 1 Gbps would take: nodes, bucket growth, monthly cost."
  value       = module.traffic_mirroring.capture_capacity_plan
}

output "vpcs" {
  description = "Filter and targets of the source VPC."
  value       = module.traffic_mirroring.vpcs
}

output "event_bus_arn" {
  description = "ARN of the controller's bus: mirrors are asked for here, and what happens is published here."
  value       = module.traffic_mirroring.event_bus_arn
}

output "request_policy_json" {
  description = "IAM policy that whoever asks for a mirror needs."
  value       = module.traffic_mirroring.request_policy_json
}

output "policy_parameter_name" {
  description = "SSM parameter that holds the policy document."
  value       = module.traffic_mirroring.policy_parameter_name
}

output "function_names" {
  description = "Names of the functions: reconcile and sweep."
  value       = module.traffic_mirroring.function_names
}

output "demands_table_name" {
  description = "Name of the table of claims: who asked for which mirror (docs/demands.md)."
  value       = module.traffic_mirroring.demands_table_name
}

output "queue_arns" {
  description = "ARNs of the events and the requests queue, and of their dead-letter queues."
  value       = module.traffic_mirroring.queue_arns
}

output "apply_summary" {
  description = "What the sweep of the last apply did."
  value       = module.traffic_mirroring.apply_summary
}
