# Each is an output of a module, with the module's part in front.

output "capture_endpoint_service_name" {
  description = "Name of the capture fleet's endpoint service, for endpoints that are made elsewhere in this account."
  value       = module.capture_fleet.endpoint_service_name
}

output "capture_availability_zones" {
  description = "Zones that the capture fleet serves, by the key of `capture_subnets`: `name` as this account sees it, and `id`."
  value       = module.capture_fleet.availability_zones
}

output "capture_event_bus_arn" {
  description = "ARN of the hub's event bus."
  value       = module.capture_fleet.event_bus_arn
}

output "capture_capture_bucket" {
  description = "Name of the bucket for captured traffic. Nodes write below captures/."
  value       = module.capture_fleet.capture_bucket
}

output "capture_autoscaling_group_name" {
  description = "Name of the capture nodes' autoscaling group: the dimension AutoScalingGroupName of their metrics."
  value       = module.capture_fleet.autoscaling_group_name
}

output "capture_load_balancer_arn_suffix" {
  description = "Dimension LoadBalancer of the load balancer's metrics in AWS/GatewayELB."
  value       = module.capture_fleet.load_balancer_arn_suffix
}

output "endpoint_vpcs" {
  description = "What there is to mirror with, by the key of `vpcs`: vpc_id, vni, filter_id, endpoint_service_name, and targets by the key of the subnet (null with `endpoint_management` \"automatic\")."
  value       = module.mirror_endpoint.vpcs
}

output "endpoint_function_names" {
  description = "Names of the functions by their folder: `endpoints` with `endpoint_management` \"automatic\", none otherwise."
  value       = module.mirror_endpoint.function_names
}

output "endpoint_queue_arns" {
  description = "ARNs of the queues: `endpoints` and `endpoints_dlq` with `endpoint_management` \"automatic\", none otherwise."
  value       = module.mirror_endpoint.queue_arns
}

output "endpoint_apply_summary" {
  description = "With `endpoint_management` \"automatic\", what the run of the last apply that changed something did: zones needed, served and waiting, unserved, created, deleted, leaving, held, complete; null otherwise."
  value       = module.mirror_endpoint.apply_summary
}

output "controller_policy_parameter_name" {
  description = "Name of the SSM parameter that holds the policy document, or its head where the document is split."
  value       = module.mirror_controller.policy_parameter_name
}

output "controller_function_names" {
  description = "Names of the functions by their folder: `reconcile` and `sweep`."
  value       = module.mirror_controller.function_names
}

output "controller_queue_arns" {
  description = "ARNs of the queues: `events`, and `events_dlq` with what could not be done or delivered."
  value       = module.mirror_controller.queue_arns
}

output "controller_apply_summary" {
  description = "What the sweep of the last apply that changed something did: selected, mirrored, created, modified, deleted, retagged, refused and uncovered by reason, foreign, remaining, complete."
  value       = module.mirror_controller.apply_summary
}
