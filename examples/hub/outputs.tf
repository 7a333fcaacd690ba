output "endpoint_service_name" {
  description = "For the client accounts: mirror-client's input of the same name."
  value       = module.capture_fleet.endpoint_service_name
}

output "availability_zones" {
  description = "For the client accounts: zones in which they can have endpoints, by zone id."
  value       = module.capture_fleet.availability_zones
}

output "event_bus_arn" {
  description = "For the client accounts: mirror-controller's input hub_event_bus_arn."
  value       = module.capture_fleet.event_bus_arn
}

output "vnis" {
  description = "For the client accounts: the VNI of each VPC, by client and VPC."
  value       = { for key, client in var.clients : key => client.vnis }
}

output "capture_bucket" {
  description = "Name of the bucket for captured traffic."
  value       = module.capture_fleet.capture_bucket
}

output "autoscaling_group_names" {
  description = "Names of the nodes' autoscaling groups by zone."
  value       = module.capture_fleet.autoscaling_group_names
}

output "load_balancer_arn_suffix" {
  description = "Dimension LoadBalancer of the load balancer's metrics."
  value       = module.capture_fleet.load_balancer_arn_suffix
}

output "dashboard_name" {
  description = "Name of the CloudWatch dashboard."
  value       = module.capture_fleet.dashboard_name
}

output "capacity_plan" {
  description = "What expected_gbps takes: nodes, bucket growth, monthly cost."
  value       = module.capture_fleet.capacity_plan
}

output "siem" {
  description = "For the SIEM: URL of its queue and ARN of the role to assume. Null without one."
  value       = var.siem == null ? null : { queue_url = aws_sqs_queue.siem["this"].url, role_arn = aws_iam_role.siem["this"].arn }
}
