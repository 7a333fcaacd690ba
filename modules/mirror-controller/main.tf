module "identity" {
  source = "../identity"
}

# What has the region or the account in a name that cannot be changed keeps the name it was made with, even where a plan
# does not know them (modules/identity); another name of the caller's makes it anew.
resource "terraform_data" "name" {
  input = var.name
}

# A wrong id in exclude would have mirrored what should be left out.
module "existing" {
  source = "../existing"

  account_id   = local.account
  region       = local.region
  subnet_lists = local.subnet_lists
}

# An organization's tag policy wants them on sessions as well.
data "aws_default_tags" "this" {}

locals {
  account   = module.identity.account_id
  arns      = module.identity.arns
  partition = module.identity.partition
  region    = module.identity.region

  # By the format of an element's path, an empty list not at all. Without policy_parts the plan knows how long exclude's is
  # (policy.tf).
  subnet_rules = flatten([for sources in module.inputs.sources[*] : sources.subnets])
  subnet_lists = merge(
    length(local.subnet_rules) > 0 ? { "sources.subnets[%d].subnet_id" = local.subnet_rules[*].subnet_id } : {},
    (var.policy_parts != null ? true : length(module.inputs.exclude.subnet_ids) > 0) ? {
      "exclude.subnet_ids[%d]" = module.inputs.exclude.subnet_ids
    } : {},
    { for config in module.inputs.vpc_config[*] : "vpc_config.subnet_ids[%d]" => config.subnet_ids },
  )

  # Keys of the project's own tags, as in functions/core/tags.ts.
  tag_keys = {
    controller = "traffic-mirror:controller"
    target_vpc = "traffic-mirror:vpc"
  }

  environment = {
    CONTROLLER_NAME              = var.name
    ACCOUNT_ID                   = local.account
    POLICY_PARAMETER             = local.policy_parameter
    MODE                         = var.mode
    SESSION_TAGS                 = jsonencode(var.tags)
    SESSION_QUOTA                = tostring(var.session_quota)
    GUARDRAILS                   = jsonencode(module.inputs.guardrails)
    SESSION_USD_PER_HOUR         = tostring(var.session_usd_per_hour)
    SWEEP_STATE_PARAMETER        = local.sweep_state_parameter
    DEMANDS                      = jsonencode(local.demands_setting)
    EVENT_BUS_NAME               = aws_cloudwatch_event_bus.this.name
    POWERTOOLS_SERVICE_NAME      = local.service_name
    POWERTOOLS_METRICS_NAMESPACE = local.metrics_namespace
    POWERTOOLS_LOG_LEVEL         = var.log_level
  }

  # A process paces itself and knows nothing of the others, so each run of reconcile gets its share; and while messages
  # wait for reconcile, the sweep stands back and leaves it its rate: functions/aws/stand-back.ts.
  reconcile_environment = merge(local.environment, {
    # To say when a message comes back.
    EVENTS_QUEUE_URL     = aws_sqs_queue.events.url
    MUTATIONS_PER_SECOND = tostring(module.inputs.pace.events_per_second / module.inputs.pace.events_maximum_concurrency)
    MUTATIONS_PER_SECOND_WAITING = tostring(
      (module.inputs.pace.events_per_second + module.inputs.pace.sweep_per_second) / module.inputs.pace.events_maximum_concurrency
    )
    MUTATIONS_BURST = tostring(module.inputs.pace.events_burst / module.inputs.pace.events_maximum_concurrency)
  })

  # Whatever is asked of it, its share is its own: nobody else's sessions wait for it.
  requests_environment = merge(local.environment, {
    EVENTS_QUEUE_URL     = aws_sqs_queue.requests.url
    MUTATIONS_PER_SECOND = tostring(module.inputs.pace.requests_per_second / module.inputs.pace.requests_maximum_concurrency)
    MUTATIONS_BURST      = tostring(module.inputs.pace.requests_burst / module.inputs.pace.requests_maximum_concurrency)
  })

  sweep_environment = merge(local.environment, {
    # To see whether events wait.
    EVENTS_QUEUE_URL     = aws_sqs_queue.events.url
    MUTATIONS_PER_SECOND = tostring(module.inputs.pace.sweep_per_second)
    MUTATIONS_BURST      = tostring(module.inputs.pace.sweep_burst)
    LEFT_OUT_VPC_IDS     = jsonencode(var.left_out_vpc_ids)
  })
}

# Apart from the rest of the environment: a pipeline may write its commit into them, which is no reason to sweep.
locals {
  default_tags_environment = { DEFAULT_TAGS = jsonencode(data.aws_default_tags.this.tags) }
}

locals {
  # Known before the queues are made, and as long as their URLs.
  environment_stand_ins = {
    for queue in ["events", "requests"] : queue => {
      EVENTS_QUEUE_URL = "https://sqs.${local.region}.${module.identity.dns_suffix}/${local.account}/${var.name}-${queue}"
    }
  }
}

# Observes the few interfaces that a batch of events names, and brings their sessions in line.
module "reconcile" {
  source = "../lambda-function"

  identity              = module.identity
  name                  = "${var.name}-reconcile"
  function              = "reconcile"
  description           = "Brings the mirror sessions of the interfaces that events name in line with the policy of ${var.name}"
  environment           = merge(local.reconcile_environment, local.default_tags_environment)
  environment_stand_ins = local.environment_stand_ins["events"]
  policy_json           = data.aws_iam_policy_document.reconcile.json

  timeout                        = local.reconcile_timeout
  memory_size                    = module.inputs.memory_size.reconcile
  reserved_concurrent_executions = module.inputs.reserved_concurrency.reconcile

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

# Observes everything, every minute and on apply and destroy.
module "sweep" {
  source = "../lambda-function"

  identity              = module.identity
  name                  = "${var.name}-sweep"
  function              = "sweep"
  description           = "Brings all mirror sessions in line with the policy of ${var.name}"
  environment           = merge(local.sweep_environment, local.default_tags_environment)
  environment_stand_ins = local.environment_stand_ins["events"]
  policy_json           = data.aws_iam_policy_document.sweep.json

  # A scheduled sweep stops by itself before the next one begins.
  timeout                        = local.sweep_timeout
  memory_size                    = module.inputs.memory_size.sweep
  reserved_concurrent_executions = module.inputs.reserved_concurrency.sweep

  # The next minute's sweep sees more than a repeated one of this minute would.
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
