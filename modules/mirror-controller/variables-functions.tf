# What belongs to a deployment: it is in the environment of the functions and in what is around them.

variable "pace" {
  description = <<-EOT
    How fast sessions are made, changed and removed. EC2 grants an account 50 mutations at once and 5 a second from then
    on, per region and action (EC2 Developer Guide, "Request throttling for the Amazon EC2 API"), shared with every
    other tool there.

    - `events_per_second`, `events_burst`: of `reconcile` in all; each of its concurrent runs gets its share. More than
      0 to 1000, default 0.25; at most 10000, default 44.
    - `sweep_per_second`, `sweep_burst`: of `sweep`, which runs one at a time. More than 0 to 1000, default 4.5; 1 to
      10000, default 3. A sweep that is asked for at once takes a twentieth of it besides.
    - `events_maximum_concurrency`: runs of `reconcile` at the same time, 2 to 1000. Default 2, the least that Lambda
      takes for a queue.

    The defaults take nearly all that EC2 grants and no more. While events wait in their queue, the sweep stands back
    and `reconcile` takes both rates: of 100 instances launched at once the last is mirrored after some 13 seconds, of
    700 after some 140, also during a backfill of thousands. Raise them when AWS has raised the account's limits.
  EOT
  type = object({
    events_per_second          = optional(number, 0.25)
    events_burst               = optional(number, 44)
    sweep_per_second           = optional(number, 4.5)
    sweep_burst                = optional(number, 3)
    events_maximum_concurrency = optional(number, 2)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.pace.events_per_second > 0 && var.pace.events_per_second <= 1000 && var.pace.sweep_per_second > 0 && var.pace.sweep_per_second <= 1000
    error_message = "pace.events_per_second and pace.sweep_per_second must be more than 0 and at most 1000."
  }

  validation {
    condition     = var.pace.events_burst >= var.pace.events_maximum_concurrency && var.pace.events_burst <= 10000
    error_message = <<-EOT
      pace.events_burst must be at least pace.events_maximum_concurrency, so that each run has one, and at most 10000.
    EOT
  }

  validation {
    condition     = var.pace.sweep_burst >= 1 && var.pace.sweep_burst <= 10000
    error_message = "pace.sweep_burst must be from 1 to 10000."
  }

  validation {
    condition = (
      var.pace.events_maximum_concurrency >= 2 &&
      var.pace.events_maximum_concurrency <= 1000 &&
      floor(var.pace.events_maximum_concurrency) == var.pace.events_maximum_concurrency
    )
    error_message = "pace.events_maximum_concurrency must be a whole number from 2 to 1000: Lambda takes no less for a queue."
  }
}

variable "guardrails" {
  description = <<-EOT
    What keeps a mistake small.

    - `removal_percent`, `removal_minimum`: a run that would remove more than this share of our sessions, and more than
      this number, removes none, and an alarm fires. 0 to 100, default 20; from 0, default 10. 100 percent switches it
      off.
    - `acknowledged_until`: a time (RFC 3339, such as 2030-01-31T12:00:00Z) until which such a removal is wanted.
      Default null: it is not.
    - `rollout_percent`: the share of the selected interfaces that is mirrored, by a stable hash, for a first rollout. 1
      to 100, default 100.
    - `max_sessions`: the most sessions that this controller makes, from 1. Default null: no ceiling but the quota.
  EOT
  type = object({
    removal_percent    = optional(number, 20)
    removal_minimum    = optional(number, 10)
    acknowledged_until = optional(string)
    rollout_percent    = optional(number, 100)
    max_sessions       = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.guardrails.removal_percent >= 0 && var.guardrails.removal_percent <= 100
    error_message = "guardrails.removal_percent must be from 0 to 100."
  }

  validation {
    condition     = var.guardrails.removal_minimum >= 0 && floor(var.guardrails.removal_minimum) == var.guardrails.removal_minimum
    error_message = "guardrails.removal_minimum must be a whole number from 0."
  }

  validation {
    condition     = var.guardrails.acknowledged_until == null || can(formatdate("YYYY", var.guardrails.acknowledged_until))
    error_message = "guardrails.acknowledged_until must be null or a time as in RFC 3339, such as 2030-01-31T12:00:00Z."
  }

  validation {
    condition     = var.guardrails.rollout_percent >= 1 && var.guardrails.rollout_percent <= 100
    error_message = "guardrails.rollout_percent must be from 1 to 100; to mirror nothing yet, use mode observe."
  }

  validation {
    condition = var.guardrails.max_sessions == null ? true : (
      var.guardrails.max_sessions >= 1 && floor(var.guardrails.max_sessions) == var.guardrails.max_sessions
    )
    error_message = "guardrails.max_sessions must be null or a whole number from 1."
  }
}

variable "session_quota" {
  description = <<-EOT
    How many mirror sessions the account may hold in the region: for the alarm at 80 %, and for deciding by the order of
    rules when not all fit.

    A whole number from 1. Default 10000, AWS's quota; give less where several controllers share it.
  EOT
  type        = number
  default     = 10000
  nullable    = false

  validation {
    condition     = var.session_quota >= 1 && floor(var.session_quota) == var.session_quota
    error_message = "session_quota must be a whole number from 1."
  }
}

variable "log_level" {
  description = <<-EOT
    How much the functions log.

    `DEBUG`, `INFO`, `WARN` or `ERROR`. Default INFO: one line per decision that changed something, and a summary per
    run.
  EOT
  type        = string
  default     = "INFO"
  nullable    = false

  validation {
    condition     = contains(["DEBUG", "INFO", "WARN", "ERROR"], var.log_level)
    error_message = "log_level must be DEBUG, INFO, WARN or ERROR."
  }
}

variable "permissions_boundary" {
  description = "ARN of the IAM policy that bounds the functions' roles. Default null: none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[^:]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy."
  }
}

variable "kms_key_arn" {
  description = <<-EOT
    ARN of the KMS key for the queues, the logs and the functions' environment. The key's policy must let
    `events.amazonaws.com` (GenerateDataKey, Decrypt), `logs.<region>.amazonaws.com` and this account's IAM policies use
    it.

    Default null: keys that AWS owns, which need nothing.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a KMS key (not of an alias)."
  }
}

variable "log_retention_days" {
  description = <<-EOT
    Days that the functions' logs are kept.

    A value that CloudWatch Logs knows (1, 3, 5, 7, 14, 30, 60, 90 … 3653), or 0 for ever. Default 30.
  EOT
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition = contains(
      [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days,
    )
    error_message = <<-EOT
      log_retention_days must be one of 0 (for ever), 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731,
      1096, 1827, 2192, 2557, 2922, 3288 or 3653.
    EOT
  }
}

variable "lambda_package" {
  description = <<-EOT
    Where the functions' zips are taken from instead of this repository, for organizations whose code must come from a
    bucket of theirs.

    - `s3_bucket`: the bucket.
    - `s3_key_prefix`: what stands before `reconcile.zip` and `sweep.zip` in the key. Put the version into it: a changed
      key is what makes Lambda fetch. Default empty.

    Default null: the zips in this repository.
  EOT
  type = object({
    s3_bucket     = string
    s3_key_prefix = optional(string, "")
  })
  default = null

  validation {
    condition     = var.lambda_package == null || try(length(var.lambda_package.s3_bucket) > 0, false)
    error_message = "lambda_package.s3_bucket must be the name of a bucket."
  }
}

variable "vpc_config" {
  description = <<-EOT
    Where the functions are placed in a VPC, for organizations that ask for it. The APIs of EC2, Elastic Load Balancing,
    Systems Manager, EventBridge, SQS and, with `lifecycle_hooks`, Auto Scaling must be reachable from there.

    - `subnet_ids`: 1 to 16, of one VPC. Give subnets of their own, a /28 each.
    - `security_group_ids`: 1 to 5.

    Default null: in no VPC, which the functions do not need.
  EOT
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
  default = null

  validation {
    condition = var.vpc_config == null ? true : (
      length(var.vpc_config.subnet_ids) >= 1 && length(var.vpc_config.subnet_ids) <= 16 &&
      length(var.vpc_config.security_group_ids) >= 1 && length(var.vpc_config.security_group_ids) <= 5
    )
    error_message = "vpc_config must have 1 to 16 subnet_ids and 1 to 5 security_group_ids: Lambda takes no more."
  }

  validation {
    condition = var.vpc_config == null ? true : alltrue([
      for id in concat(var.vpc_config.subnet_ids, var.vpc_config.security_group_ids) : can(regex("^(subnet|sg)-[0-9a-f]{8,}$", id))
    ])
    error_message = <<-EOT
      vpc_config must have ids of subnets and of security groups, such as subnet-0123456789abcdef0 and
      sg-0123456789abcdef0.
    EOT
  }
}

variable "architecture" {
  description = <<-EOT
    Processor of the functions.

    `arm64` or `x86_64`. Default arm64, which is a fifth cheaper for the same work.
  EOT
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64."
  }
}

variable "runtime" {
  description = <<-EOT
    Lambda runtime of the functions.

    `nodejs22.x` or a later one. Default nodejs22.x, which the bundles are built for and tested on.
  EOT
  type        = string
  default     = "nodejs22.x"
  nullable    = false

  validation {
    condition     = can(regex("^nodejs(2[2-9]|[3-9][0-9])\\.x$", var.runtime))
    error_message = "runtime must be nodejs22.x or a later Node.js runtime: the bundles are built for Node.js 22."
  }
}

variable "memory_size" {
  description = <<-EOT
    Memory of the functions in MB; CPU grows with it.

    - `reconcile`: 128 to 10240. Default 512, for a cold start within a second or so.
    - `sweep`: 128 to 10240. Default 1024, for a region of 10,000 interfaces, with room.
  EOT
  type = object({
    reconcile = optional(number, 512)
    sweep     = optional(number, 1024)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for size in [var.memory_size.reconcile, var.memory_size.sweep] : size >= 128 && size <= 10240 && floor(size) == size])
    error_message = "memory_size.reconcile and memory_size.sweep must be whole numbers of MB from 128 to 10240."
  }
}

variable "reserved_concurrency" {
  description = <<-EOT
    Concurrent executions reserved for the functions.

    - `reconcile`: -1 (none), or at least `pace.events_maximum_concurrency`.
    - `sweep`: -1 (none), or at least 2, since an apply or a person may start one while the schedule's runs.

    Default -1 for both: a new account has ten in all, and reserving any of them fails there.
  EOT
  type = object({
    reconcile = optional(number, -1)
    sweep     = optional(number, -1)
  })
  default  = {}
  nullable = false

  validation {
    condition = (
      var.reserved_concurrency.reconcile == -1 ||
      (
        var.reserved_concurrency.reconcile >= var.pace.events_maximum_concurrency &&
        floor(var.reserved_concurrency.reconcile) == var.reserved_concurrency.reconcile
      )
    )
    error_message = "reserved_concurrency.reconcile must be -1 or a whole number not under pace.events_maximum_concurrency."
  }

  validation {
    condition = (
      var.reserved_concurrency.sweep == -1 ||
      (var.reserved_concurrency.sweep >= 2 && floor(var.reserved_concurrency.sweep) == var.reserved_concurrency.sweep)
    )
    error_message = <<-EOT
      reserved_concurrency.sweep must be -1 or a whole number from 2: an apply may start a sweep while the schedule's
      runs.
    EOT
  }
}

variable "tracing_mode" {
  description = <<-EOT
    Mode of X-Ray.

    `PassThrough` or `Active`. Default PassThrough: each run is a batch or a sweep of its own with no caller to be
    traced from, its log and metrics say where time went, and traces are billed.
  EOT
  type        = string
  default     = "PassThrough"
  nullable    = false

  validation {
    condition     = contains(["PassThrough", "Active"], var.tracing_mode)
    error_message = "tracing_mode must be PassThrough or Active."
  }
}
