output "image" {
  description = "Image of all instances, as RunInstances takes it."
  value       = local.image
}

output "source_vpc_id" {
  description = "The client's VPC."
  value       = module.source_network.vpc_id
}

output "source_subnets" {
  description = "Its subnets, by the id of their zone."
  value       = module.source_network.subnets
}

output "second_subnet" {
  description = "Another subnet of its first zone."
  value       = aws_subnet.second.id
}

output "capture_vpc_id" {
  description = "The hub's VPC, which has the NAT gateway."
  value       = module.capture_network.vpc_id
}

output "security_group_id" {
  description = "Security group of the client's instances."
  value       = aws_security_group.sources.id
}

output "zone_ids" {
  description = "Zones of both, in the order in which the client's get endpoints."
  value       = local.zone_ids
}

output "groups" {
  description = "Names of the groups whose launches are held, and are abandoned."
  value       = { held = aws_autoscaling_group.held.name, abandoned = aws_autoscaling_group.abandoned.name }
}

output "abandoned_hook" {
  description = "Name of the hook that nobody completes."
  value       = "${var.name}-never"
}

output "application_load_balancer" {
  description = "ARN of the Application Load Balancer."
  value       = aws_lb.application.arn
}

output "seen_queue_url" {
  description = "URL of the queue of what was published about the run."
  value       = aws_sqs_queue.seen.url
}

output "service" {
  description = "The hub's endpoint service."
  value = {
    id   = module.traffic_mirroring.capture_endpoint_service_id
    name = module.traffic_mirroring.capture_endpoint_service_name
  }
}

output "capture" {
  description = "Where captured packets are, and the group of the nodes."
  value = {
    bucket = module.traffic_mirroring.capture_bucket
    group  = module.traffic_mirroring.capture_autoscaling_group_name
  }
}

output "vpcs" {
  description = "Filter and targets of the client's VPC."
  value       = module.traffic_mirroring.vpcs
}

output "function_names" {
  description = "The controller's functions."
  value       = module.traffic_mirroring.function_names
}

output "event_bus_arn" {
  description = "The controller's bus."
  value       = module.traffic_mirroring.event_bus_arn
}

output "queue_arns" {
  description = "The controller's queues."
  value       = module.traffic_mirroring.queue_arns
}
