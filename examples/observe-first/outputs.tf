output "apply_summary" {
  description = <<-EOT
    What the sweep of this apply found: `selected` interfaces, `refused` ones by reason, and, when observing, what it
    would have created.
  EOT
  value       = module.traffic_mirroring.apply_summary
}

output "source_subnets" {
  description = "Subnets of the source VPC by zone id: launch instances there."
  value       = module.source_network.subnets
}
