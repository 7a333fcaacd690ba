output "default_filter_id" {
  description = "Filter of sources that name none."
  value       = module.traffic_mirroring.vpcs["source"].filter_id
}

output "database_filter_id" {
  description = "Filter of the databases."
  value       = aws_ec2_traffic_mirror_filter.database.id
}

output "source_subnets" {
  description = "Subnets of the source VPC by zone id: launch instances there."
  value       = module.source_network.subnets
}
