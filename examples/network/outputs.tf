output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "subnets" {
  description = "Id of the subnet in each zone, by the zone's id."
  value       = { for id, subnet in aws_subnet.this : id => subnet.id }
}
