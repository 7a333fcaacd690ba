output "vpcs" {
  description = "Filter and targets of every VPC, by the key of `vpcs`."
  value       = module.mirror_client.vpcs
}

output "event_bus_arn" {
  description = "ARN of the controller's bus: mirrors are asked for here, and what happens is published here."
  value       = module.mirror_client.event_bus_arn
}

output "policy_parameter_name" {
  description = "SSM parameter that holds the policy document."
  value       = module.mirror_client.policy_parameter_name
}

output "function_names" {
  description = "Names of the functions."
  value       = module.mirror_client.function_names
}

output "demands_table_name" {
  description = "Name of the table of claims: who asked for which mirror (docs/demands.md)."
  value       = module.mirror_client.demands_table_name
}

output "queue_arns" {
  description = "ARNs of the queues."
  value       = module.mirror_client.queue_arns
}

output "apply_summary" {
  description = "What the sweep of the last apply did."
  value       = module.mirror_client.apply_summary
}
