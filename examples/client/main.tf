# What one client account has: endpoints and controller for its VPCs, in one state. Here with the inputs that most set; the
# module has more, and each may be added to the call.

module "mirror_client" {
  source = "../../modules/mirror-client"

  name                  = var.name
  endpoint_service_name = var.endpoint_service_name
  availability_zones    = var.availability_zones
  endpoint_management   = var.endpoint_management
  vpcs                  = var.vpcs
  filter                = var.filter
  sources               = var.sources
  exclude               = var.exclude
  mode                  = var.mode
  guardrails            = var.guardrails
  schedule_expression   = var.schedule_expression
  hub_event_bus_arn     = var.hub_event_bus_arn
  permissions_boundary  = var.permissions_boundary
  kms_key_arn           = var.kms_key_arn
  alarm_actions         = var.alarm_actions
  tags                  = var.tags
}

# Before there was mirror-client.
moved {
  from = module.mirror_endpoint
  to   = module.mirror_client.module.mirror_endpoint
}

moved {
  from = module.mirror_controller
  to   = module.mirror_client.module.mirror_controller
}
