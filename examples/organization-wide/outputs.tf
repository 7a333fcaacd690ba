output "endpoint_service_name" {
  description = "For the client accounts: mirror-endpoint's input of the same name."
  value       = module.capture_fleet.endpoint_service_name
}

output "event_bus_arn" {
  description = "For the client accounts: mirror-controller's input hub_event_bus_arn."
  value       = module.capture_fleet.event_bus_arn
}

output "availability_zones" {
  description = "For the client accounts: zones in which they can have endpoints, by zone id."
  value       = module.capture_fleet.availability_zones
}

output "client_account_ids" {
  description = "Accounts that may connect."
  value       = sort(keys(local.clients))
}
