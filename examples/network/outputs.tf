output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "subnets" {
  description = "Id of the subnet in each zone, by the zone's id."
  value       = { for id, association in aws_route_table_association.this : id => association.subnet_id }
}
