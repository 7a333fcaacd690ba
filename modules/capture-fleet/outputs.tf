output "endpoint_service_name" {
  description = "Name of the endpoint service, for mirror-client's input of the same name."
  value       = aws_vpc_endpoint_service.this.service_name
}

output "availability_zones" {
  description = <<-EOT
    Zones that the fleet serves, by the key of `subnets`: `name` as this account sees it and `id`. Client accounts
    choose their subnets by id, because a name may mean another zone there.
  EOT
  value = {
    for key, subnet in data.aws_subnet.this : key => {
      name = subnet.availability_zone
      id   = subnet.availability_zone_id
    }
  }
}

output "event_bus_arn" {
  description = "ARN of the hub's event bus, for mirror-controller's input hub_event_bus_arn."
  # Composed, so that mirror-controller can judge it at plan in the same apply.
  value = "${local.arns.events}:event-bus/${aws_cloudwatch_event_bus.this.name}"
}

output "capture_bucket" {
  description = "Name of the bucket for captured traffic. Nodes write below captures/."
  value       = aws_s3_bucket.this.id
}

output "autoscaling_group_name" {
  description = <<-EOT
    Name of the nodes' autoscaling group: the dimension AutoScalingGroupName of their metrics. Null with
    `group_per_zone`; see `autoscaling_group_names`.
  EOT
  value       = one([for key, group in aws_autoscaling_group.this : group.name if key == "all"])
}

output "autoscaling_group_names" {
  description = <<-EOT
    Names of the nodes' autoscaling groups: by the key of `subnets` with `group_per_zone`, else one, by the key `all`.
  EOT
  value       = { for key, group in aws_autoscaling_group.this : key => group.name }
}

output "load_balancer_arn_suffix" {
  description = "Dimension LoadBalancer of the metrics in AWS/GatewayELB."
  value       = aws_lb.this.arn_suffix
}

output "load_balancer_arn" {
  description = "ARN of the load balancer, for what else is to watch it or to offer it."
  value       = aws_lb.this.arn
}

output "endpoint_service_id" {
  description = <<-EOT
    Id of the endpoint service, by which its connections are listed and, with `acceptance_required`, accepted.
  EOT
  value       = aws_vpc_endpoint_service.this.id
}

output "capture_bucket_arn" {
  description = "ARN of the bucket for captured traffic, for policies of those who read it."
  value       = aws_s3_bucket.this.arn
}

output "code_bucket" {
  description = "Name of the bucket that nodes read their programs and the register of clients from."
  value       = aws_s3_bucket.code.id
}

output "node_role_name" {
  description = "Name of the nodes' role, for policies of your own tools."
  value       = aws_iam_role.node.name
}

output "security_group_id" {
  description = "Security group of the nodes, for rules of endpoints and registries that they use."
  value       = aws_security_group.this.id
}

output "dashboard_name" {
  description = "Name of the fleet's CloudWatch dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "alarm_names" {
  description = "Names of the alarms that are for people, sorted."
  value       = sort([for alarm in values(module.alarms.alarms) : alarm.alarm_name])
}

output "capacity_plan" {
  description = <<-EOT
    What `capacity.expected_gbps` takes. Estimated, not measured; docs/capture.md has the formulas and the sources.

    - `wire_gbps`: traffic at the nodes.
    - `choices`: by instance type the number of nodes, Gbps of a node, what limits that (`limit`: `network`, `processor`
      or `disk`) and monthly cost; `cheapest`: the best of them.
    - `configured`: whether what is configured is enough.
    - `bucket`: what it holds.
    - `monthly_usd`: by item, for the cheapest.
  EOT
  value       = local.capacity_plan
}

output "athena_database" {
  description = "Name of the Glue database with the tables `index` and `lost`; null without `athena_workgroup`."
  value       = one([for database in aws_glue_catalog_database.this : database.name])
}

output "athena_query_policy_json" {
  description = <<-EOT
    IAM policy for whoever queries the index: its tables, its objects and `athena_workgroup`. Where the workgroup keeps
    its results is not in it, nor the captures. Null without `athena_workgroup`.
  EOT
  value       = one([for document in data.aws_iam_policy_document.athena : document.json])
}

output "arrivals_bucket_name" {
  description = <<-EOT
    Name of the bucket in which nodes hand in what they have seen, and each client's account may hand in what it mirrors,
    which its controller does not do by itself yet. Null without `arrivals`.
  EOT
  # Composed, so that it is known at plan.
  value = module.inputs.arrivals == null ? null : local.arrivals_bucket_name
}
