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
  description = "Name of the capture nodes' autoscaling group: the dimension AutoScalingGroupName of their metrics. Null with `group_per_zone`."
  value       = module.capture_fleet.autoscaling_group_name
}

output "capture_autoscaling_group_names" {
  description = "Names of the capture nodes' autoscaling groups: by the key of `capture_subnets` with `group_per_zone`, else one, by the key `all`."
  value       = module.capture_fleet.autoscaling_group_names
}

output "capture_load_balancer_arn_suffix" {
  description = "Dimension LoadBalancer of the load balancer's metrics in AWS/GatewayELB."
  value       = module.capture_fleet.load_balancer_arn_suffix
}

output "capture_load_balancer_arn" {
  description = "ARN of the load balancer."
  value       = module.capture_fleet.load_balancer_arn
}

output "capture_endpoint_service_id" {
  description = "Id of the endpoint service, by which its connections are listed and, with `acceptance_required`, accepted."
  value       = module.capture_fleet.endpoint_service_id
}

output "capture_capture_bucket_arn" {
  description = "ARN of the bucket for captured traffic."
  value       = module.capture_fleet.capture_bucket_arn
}

output "capture_code_bucket" {
  description = "Name of the bucket that nodes read their programs from."
  value       = module.capture_fleet.code_bucket
}

output "capture_node_role_name" {
  description = "Name of the nodes' role."
  value       = module.capture_fleet.node_role_name
}

output "capture_security_group_id" {
  description = "Security group of the nodes."
  value       = module.capture_fleet.security_group_id
}

output "capture_dashboard_name" {
  description = "Name of the fleet's CloudWatch dashboard."
  value       = module.capture_fleet.dashboard_name
}

output "capture_alarm_names" {
  description = "Names of the fleet's alarms that are for people, sorted."
  value       = module.capture_fleet.alarm_names
}

output "capture_capacity_plan" {
  description = "What `capacity.expected_gbps` takes: nodes, bucket growth, monthly cost. Reckoned, not measured."
  value       = module.capture_fleet.capacity_plan
}

output "endpoint_vpcs" {
  description = "What there is to mirror with, by the key of `vpcs`: vpc_id, vni, filter_id, endpoint_service_name, and targets by the key of the subnet (null with `endpoint_management` \"automatic\")."
  value       = module.mirror_endpoint.vpcs
}

output "controller_event_bus_arn" {
  description = "ARN of the controller's own bus: `Mirror Requested` and `Mirror Withdrawn` go in, what the functions report comes out (source `traffic-mirror.controller`)."
  value       = module.mirror_controller.event_bus_arn
}

output "controller_request_policy_json" {
  description = "IAM policy for a requester, an instance's role for instance: it may ask for a mirror under its own name, take the request back, and read the state of what it asked for."
  value       = module.mirror_controller.request_policy_json
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
  description = "ARNs of the queues: `events`, `events_dlq` with what could not be done or delivered, and, with `hub_event_bus_arn`, `hub_dlq` with reports that the hub's bus did not take."
  value       = module.mirror_controller.queue_arns
}

output "controller_apply_summary" {
  description = "What the sweep of the last apply that changed something did: selected, mirrored, created, modified, deleted, retagged, refused and uncovered by reason, foreign, remaining, complete."
  value       = module.mirror_controller.apply_summary
}
