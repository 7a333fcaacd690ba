# What belongs to a deployment: it is in the environment of the functions and in what is around them.

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
    ARN of the KMS key for the queues, the table of claims, the logs and the functions' environment. The key's policy
    must let `events.amazonaws.com` (GenerateDataKey, Decrypt), `logs.<region>.amazonaws.com` and this account's IAM
    policies use it; whoever applies needs CreateGrant as well, and those of DynamoDB's guide.

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
    - `s3_key_prefix`: what stands before `reconcile.zip`, `requests.zip` and `sweep.zip` in the key. Put the version into it: a changed
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
    Systems Manager, EventBridge, SQS, DynamoDB (a gateway endpoint, which is free) and, with `lifecycle_hooks`, Auto
    Scaling must be reachable from there.

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

    - `reconcile`, `requests`: 128 to 10240. Default 512, for a cold start within a second or so.
    - `sweep`: 128 to 10240. Default 1024, for a region of 10,000 interfaces, with room.
  EOT
  type = object({
    reconcile = optional(number, 512)
    requests  = optional(number, 512)
    sweep     = optional(number, 1024)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for size in values(var.memory_size) : size >= 128 && size <= 10240 && floor(size) == size])
    error_message = "memory_size.reconcile, memory_size.requests and memory_size.sweep must be whole numbers of MB from 128 to 10240."
  }
}

variable "reserved_concurrency" {
  description = <<-EOT
    Concurrent executions reserved for the functions.

    - `reconcile`: -1 (none), or at least `pace.events_maximum_concurrency`.
    - `requests`: -1 (none), or at least `pace.requests_maximum_concurrency`.
    - `sweep`: -1 (none), or at least 2, since an apply or a person may start one while the schedule's runs.

    Default -1 for each: a new account has ten in all, and reserving any of them fails there.
  EOT
  type = object({
    reconcile = optional(number, -1)
    requests  = optional(number, -1)
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
      var.reserved_concurrency.requests == -1 ||
      (
        var.reserved_concurrency.requests >= var.pace.requests_maximum_concurrency &&
        floor(var.reserved_concurrency.requests) == var.reserved_concurrency.requests
      )
    )
    error_message = "reserved_concurrency.requests must be -1 or a whole number not under pace.requests_maximum_concurrency."
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
