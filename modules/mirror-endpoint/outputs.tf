output "vpcs" {
  description = <<-EOT
    What mirror-controller needs of every VPC, for its input of the same name, by the key of `vpcs`.

    - `vpc_id`, `vni`, `filter_id`, `endpoint_service_name`.
    - `filter`: what the filter lets through, as the input `filter` says it, so that the controller sees when somebody
      else has changed it.
    - `targets`: by the key of the subnet, `target_id` and `availability_zone` (the zone's name in this account). Null
      with `endpoint_management` "automatic": the controller finds them by their tags.
  EOT
  # Resources are gone through and not looked up by key: `terraform import` evaluates this while some are missing.
  value = {
    for vpc_key, vpc in module.inputs.vpcs : vpc_key => {
      vpc_id                = vpc.vpc_id
      vni                   = vpc.vni
      filter_id             = one([for key, filter in aws_ec2_traffic_mirror_filter.this : filter.id if key == vpc_key])
      filter                = local.declared_filter
      endpoint_service_name = var.endpoint_service_name
      targets = var.endpoint_management == "automatic" ? null : {
        for key, target in aws_ec2_traffic_mirror_target.this : local.endpoints[key].subnet_key => {
          target_id         = target.id
          availability_zone = data.aws_subnet.this[key].availability_zone
        } if local.endpoints[key].vpc_key == vpc_key
      }
    }
  }

  # A filter without its rules mirrors nothing: no session before they exist. Nor before the function has looked for
  # the first time; and since the controller depends on this, its sessions are gone before drain removes the targets.
  depends_on = [
    aws_ec2_traffic_mirror_filter_rule.this,
    aws_lambda_invocation.apply,
    aws_lambda_invocation.drain,
  ]
}

output "function_names" {
  description = <<-EOT
    Names of the functions by their folder: `endpoints` with `endpoint_management` "automatic" (an empty object invokes
    it by hand), none otherwise.
  EOT
  value       = { for folder, function in module.endpoints : folder => function.function_name }
}

output "queue_arns" {
  description = <<-EOT
    ARNs of the queues with `endpoint_management` "automatic", none otherwise.

    - `endpoints`: events for the function.
    - `endpoints_dlq`: events that could not be handled or delivered.
  EOT
  value = merge(
    { for queue in aws_sqs_queue.endpoints : "endpoints" => queue.arn },
    { for queue in aws_sqs_queue.endpoints_dlq : "endpoints_dlq" => queue.arn },
  )
}

output "apply_summary" {
  description = <<-EOT
    With `endpoint_management` "automatic", what the run of the last apply that changed something did: zones needed and
    served, waiting (a new endpoint takes AWS minutes), unserved with the reason, empty (VPCs without a subnet),
    created, deleted, leaving, held, complete. Null otherwise.

    `complete = false` is no failure: the scheduled runs go on.
  EOT
  value       = one([for invocation in aws_lambda_invocation.apply : jsondecode(invocation.result)])
}
