# Everything in one account: capture fleet, endpoints and controller. For many accounts use the three modules
# where they belong; an output is named after the input that it feeds.

data "aws_caller_identity" "current" {}

locals {
  clients = {
    self = {
      account_id = data.aws_caller_identity.current.account_id
      # A VPC without one has a number at random in each session, by which nobody can tell whose it is.
      vnis = { for key, vpc in var.vpcs : key => vpc.vni if vpc.vni != null }
    }
  }

  # The fleet may stand in a VPC that is mirrored; its own traffic is the copy, which must not be copied again.
  exclude = merge(var.exclude, {
    autoscaling_group_names = concat(var.exclude.autoscaling_group_names, values(module.capture_fleet.autoscaling_group_names))
  })
}

module "capture_fleet" {
  source = "./modules/capture-fleet"

  name    = var.name
  vpc_id  = var.capture_vpc_id
  subnets = var.capture_subnets
  clients = local.clients

  image_id                  = var.image_id
  root_device_name          = var.root_device_name
  root_volume_size          = var.root_volume_size
  instance_types            = var.capture_instance_types
  min_size                  = var.min_size
  max_size                  = var.max_size
  group_per_zone            = var.group_per_zone
  capture                   = var.capture
  scaling                   = var.scaling
  hooks                     = var.hooks
  capacity                  = var.capacity
  stickiness                = var.stickiness
  cross_zone_load_balancing = var.cross_zone_load_balancing
  health_check              = var.health_check
  bucket_retention_days     = var.bucket_retention_days
  bucket_force_destroy      = var.bucket_force_destroy
  object_lock               = var.object_lock
  notifications             = var.notifications
  deletion_protection       = var.deletion_protection
  acceptance_required       = var.acceptance_required
  https_destinations        = var.https_destinations
  alarm_actions             = var.alarm_actions

  kms_key_arn          = var.kms_key_arn
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}

module "mirror_endpoint" {
  source = "./modules/mirror-endpoint"

  name                  = var.name
  endpoint_service_name = module.capture_fleet.endpoint_service_name
  availability_zones    = module.capture_fleet.availability_zones
  vpcs                  = var.vpcs
  filter                = var.filter

  endpoint_management  = var.endpoint_management
  automatic            = var.automatic
  log_level            = var.log_level
  architecture         = var.architecture
  runtime              = var.runtime
  tracing_mode         = var.tracing_mode
  lambda_package       = var.lambda_package
  log_retention_days   = var.log_retention_days
  alarm_actions        = var.alarm_actions
  kms_key_arn          = var.kms_key_arn
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}

module "mirror_controller" {
  source = "./modules/mirror-controller"

  name = var.name
  vpcs = module.mirror_endpoint.vpcs

  sources           = var.sources
  exclude           = local.exclude
  stopped_instances = var.stopped_instances
  allow_cross_zone  = var.allow_cross_zone
  requester_managed = var.requester_managed
  fargate           = var.fargate
  instance_types    = var.controller_instance_types
  policy_parts      = var.policy_parts

  triggers             = var.triggers
  guardduty_severity   = var.guardduty_severity
  session_principals   = var.session_principals
  lifecycle_hooks      = var.lifecycle_hooks
  demands              = var.demands
  hub_event_bus_arn    = var.hub_event_bus_arn
  schedule_expression  = var.schedule_expression
  mode                 = var.mode
  pace                 = var.pace
  guardrails               = var.guardrails
  session_quota        = var.session_quota
  log_level            = var.log_level
  memory_size          = var.memory_size
  reserved_concurrency = var.reserved_concurrency
  architecture         = var.architecture
  runtime              = var.runtime
  tracing_mode         = var.tracing_mode
  lambda_package       = var.lambda_package
  vpc_config           = var.vpc_config
  log_retention_days   = var.log_retention_days
  alarm_actions        = var.alarm_actions
  uncovered_alarm      = var.uncovered_alarm

  mirroring_skipped_alarm = var.mirroring_skipped_alarm

  kms_key_arn          = var.kms_key_arn
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}
