# What one client account has: endpoints and controller, in one state. Together, because Terraform has to move the
# sessions between making a new target and removing the old one, and can keep that order within a state only.

module "mirror_endpoint" {
  source = "../../modules/mirror-endpoint"

  name                  = var.name
  endpoint_service_name = var.endpoint_service_name
  availability_zones    = var.availability_zones
  endpoint_management   = var.endpoint_management
  vpcs                  = var.vpcs
  filter                = var.filter
  alarm_actions         = var.alarm_actions
  tags                  = var.tags
}

module "mirror_controller" {
  source = "../../modules/mirror-controller"

  name = var.name
  vpcs = module.mirror_endpoint.vpcs

  sources             = var.sources
  exclude             = var.exclude
  mode                = var.mode
  guardrails          = var.guardrails
  schedule_expression = var.schedule_expression
  hub_event_bus_arn   = var.hub_event_bus_arn
  alarm_actions       = var.alarm_actions
  tags                = var.tags
}
