# endpoint_management = "automatic": a function keeps one endpoint and one target in every zone that needs them. What it
# may do is in automatic-iam.tf, what starts it in automatic-events.tf and automatic-invocations.tf.

locals {
  # The function once, or not at all; every resource of it goes over this set.
  automatic = toset(var.endpoint_management == "automatic" && length(module.inputs.vpcs) > 0 ? ["endpoints"] : [])

  endpoints_name    = "${var.name}-endpoints"
  metrics_namespace = "TrafficMirror"
  service_name      = "traffic-mirror"

  endpoints_environment = {
    ENDPOINTS_NAME               = var.name
    ENDPOINT_SERVICE_NAME        = var.endpoint_service_name
    VPC_IDS                      = join(",", [for vpc in values(module.inputs.vpcs) : vpc.vpc_id])
    SERVICE_ZONE_IDS             = join(",", distinct([for zone in values(coalesce(module.inputs.availability_zones, {})) : zone.id]))
    ENDPOINT_ZONES               = module.inputs.automatic.zones
    SUBNET_TAGS                  = jsonencode(module.inputs.automatic.subnet_tags)
    EVACUATION_TAG               = jsonencode(module.inputs.automatic.evacuation_tag)
    IDLE_MINUTES                 = tostring(module.inputs.automatic.idle_minutes)
    RESOURCE_TAGS                = jsonencode(var.tags)
    POWERTOOLS_SERVICE_NAME      = local.service_name
    POWERTOOLS_METRICS_NAMESPACE = local.metrics_namespace
    POWERTOOLS_LOG_LEVEL         = var.log_level
  }

  # A drain waits until EC2 has deleted the endpoints, which takes minutes.
  endpoints_timeout = 600
}

# An organization's tag policy wants them on what the function makes as well. Apart from the rest of the environment: a
# pipeline may write its commit into them, which is no reason to run.
data "aws_default_tags" "this" {}

module "endpoints" {
  source   = "../lambda-function"
  for_each = local.automatic

  identity    = module.identity
  name        = local.endpoints_name
  function    = each.key
  description = "Keeps an endpoint and a mirror target in every zone of the VPCs of ${var.name} that needs them"
  environment = merge(local.endpoints_environment, { DEFAULT_TAGS = jsonencode(data.aws_default_tags.this.tags) })
  environment_stand_ins = {
    VPC_IDS          = join(",", [for key in keys(module.inputs.vpcs) : "vpc-0123456789abcdef0"])
    SERVICE_ZONE_IDS = join(",", [for key in keys(coalesce(module.inputs.availability_zones, {})) : "usw2-lax1-az1"])
  }
  policy_json = data.aws_iam_policy_document.endpoints[each.key].json
  # make-endpoints: each VPC with its ARN, and the rest, before ids are known.
  attached_policy_bytes = 1900 + 3 * length(var.name) + length(module.inputs.vpcs) * (length("arn:${module.identity.partition}:ec2:*:*:vpc/") + 24)

  timeout     = local.endpoints_timeout
  memory_size = 512

  # The next run sees more than a repeated one would.
  event_invoke = {
    maximum_retry_attempts       = 0
    maximum_event_age_in_seconds = 60
  }

  architecture         = var.architecture
  runtime              = var.runtime
  tracing_mode         = var.tracing_mode
  lambda_package       = module.inputs.lambda_package
  vpc_config           = module.inputs.vpc_config
  iam_path             = var.iam_path
  permissions_boundary = var.permissions_boundary
  kms_key_arn          = var.kms_key_arn
  log_retention_days   = var.log_retention_days
  tags                 = var.tags
}
