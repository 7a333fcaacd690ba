output "policy_parameter_name" {
  description = "Name of the SSM parameter that holds the policy document, or its head where the document is split."
  value       = aws_ssm_parameter.policy.name
}

output "function_names" {
  description = "Names of the functions by their folder: `reconcile` (events lane) and `sweep` (observes everything; an empty object invokes it by hand)."
  value = {
    reconcile = module.reconcile.function_name
    sweep     = module.sweep.function_name
  }
}

output "queue_arns" {
  description = "ARNs of the queues: `events`, and `events_dlq` with what could not be done or delivered."
  value = {
    events     = aws_sqs_queue.events.arn
    events_dlq = aws_sqs_queue.events_dlq.arn
  }
}

output "apply_summary" {
  description = "What the sweep of the last apply that changed something did: selected, mirrored, created, modified, deleted, retagged, refused and uncovered by reason, foreign, remaining, and whether it is complete. `complete = false` is no failure: the scheduled sweeps go on."
  value       = jsondecode(aws_lambda_invocation.apply.result)
}
