output "event_bus_arn" {
  description = <<-EOT
    ARN of the controller's own bus. `Mirror Requested` and `Mirror Withdrawn` go in; what the functions report comes
    out, under the source `traffic-mirror.controller`.
  EOT
  value       = aws_cloudwatch_event_bus.this.arn
}

output "request_policy_json" {
  description = <<-EOT
    IAM policy for a requester, such as an instance's role: it may ask for a mirror under its own name (the source
    `traffic-mirror/<aws:userid>`), withdraw the request, and read its own claims in the table.

    It fits every requester of the account, since IAM fills in the name.
  EOT
  value       = data.aws_iam_policy_document.request.json
}

output "demands_table_name" {
  description = "Name of the DynamoDB table that holds the claims of those who asked for mirrors (docs/demands.md)."
  value       = aws_dynamodb_table.demands.name
}

output "policy_parameter_name" {
  description = "Name of the SSM parameter that holds the policy document, or its head where the document is split."
  value       = aws_ssm_parameter.policy.name
}

output "function_names" {
  description = <<-EOT
    Names of the functions by their folder: `reconcile` (works on what events name), `requests` (carries out requests
    for mirrors) and `sweep` (observes everything; an empty object invokes it by hand).
  EOT
  value = {
    reconcile = module.reconcile.function_name
    requests  = module.requests.function_name
    sweep     = module.sweep.function_name
  }
}

output "queue_arns" {
  description = <<-EOT
    ARNs of the queues.

    - `events`: events for `reconcile`.
    - `events_dlq`: events that could not be carried out or delivered.
    - `requests`: requests for mirrors, for the function `requests`.
    - `requests_dlq`: requests that could not be carried out or delivered.
    - `hub_dlq`: reports that the hub's bus did not take. Only with `hub_event_bus_arn`.
  EOT
  value = merge(
    {
      events       = aws_sqs_queue.events.arn
      events_dlq   = aws_sqs_queue.events_dlq.arn
      requests     = aws_sqs_queue.requests.arn
      requests_dlq = aws_sqs_queue.requests_dlq.arn
    },
    { for key, queue in aws_sqs_queue.hub_dlq : "hub_dlq" => queue.arn },
  )
}

output "apply_summary" {
  description = <<-EOT
    What the sweep of the last apply that changed something did: selected, mirrored, created, modified, deleted,
    retagged, refused and uncovered by reason, foreign, remaining, and whether it is complete; `sessions`, how many there
    are when all of it is done, and `usd_per_month`, what those cost by `session_usd_per_hour` (730 hours, without traffic
    and endpoints).

    `complete = false` is no failure: the scheduled sweeps go on.
  EOT
  value       = jsondecode(aws_lambda_invocation.apply.result)
}
