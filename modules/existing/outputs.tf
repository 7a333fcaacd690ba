output "subnets" {
  description = "The input of the same name, when every subnet of it and of `subnet_lists` is there."
  value       = var.subnets

  precondition {
    condition     = length(local.subnets_missing) == 0
    error_message = <<-EOT
      There is no such subnet ${local.place}: ${join(", ", local.subnets_missing)}. ${local.way_out}
    EOT
  }
}

output "vpcs" {
  description = "The input of the same name, when every VPC of it is there."
  value       = var.vpcs

  precondition {
    condition     = length(local.vpcs_missing) == 0
    error_message = <<-EOT
      There is no such VPC ${local.place}: ${join(", ", local.vpcs_missing)}. ${local.way_out}
    EOT
  }
}
