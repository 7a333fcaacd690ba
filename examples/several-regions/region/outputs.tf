output "capture_bucket" {
  description = "Name of the region's bucket for captured traffic."
  value       = module.traffic_mirroring.capture_bucket
}

output "source_subnets" {
  description = "Subnets of the source VPC by zone id: launch instances there."
  value       = module.source_network.subnets
}
