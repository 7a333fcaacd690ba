# The outputs that two modules have under one name. The others are generated: outputs-<module>.tf.

output "function_names" {
  description = <<-EOT
    Names of the functions by their folder: `reconcile`, `requests`, `sweep` and, with `endpoint_management` "automatic",
    `endpoints`.
  EOT
  value       = merge(module.mirror_endpoint.function_names, module.mirror_controller.function_names)
}

output "queue_arns" {
  description = <<-EOT
    ARNs of the queues: `events` and `requests`, with `events_dlq` and `requests_dlq` (what could not be done or
    delivered). With `hub_event_bus_arn` also
    `hub_dlq` (reports that the hub's bus did not take), with `endpoint_management` "automatic" also `endpoints` and
    `endpoints_dlq`.
  EOT
  value       = merge(module.mirror_endpoint.queue_arns, module.mirror_controller.queue_arns)
}

output "apply_summary" {
  description = <<-EOT
    What the sweep of the last apply that changed something did: selected, mirrored, created, modified, deleted, retagged,
    refused and uncovered by reason, foreign, remaining, complete.
  EOT
  value       = module.mirror_controller.apply_summary
}

output "endpoints_apply_summary" {
  description = <<-EOT
    With `endpoint_management` "automatic", what the function's run of the last apply that changed something did: zones
    needed, served and waiting, unserved, created, deleted, leaving, held, complete. Null otherwise.
  EOT
  value       = module.mirror_endpoint.apply_summary
}
