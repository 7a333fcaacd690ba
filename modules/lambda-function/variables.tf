variable "name" {
  description = <<-EOT
    Name of the function, of its log group (`/aws/lambda/<name>`) and, with the region behind it, of its role.

    Lower-case letters, digits and hyphens, first a letter, at most 49 characters, so that the role's name fits into
    IAM's 64.
  EOT
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,48}$", var.name))
    error_message = "name must be 1 to 49 lower-case letters, digits and hyphens and start with a letter."
  }
}

variable "function" {
  description = "Folder name of the function: its zip is `functions/dist/<function>.zip`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*$", var.function))
    error_message = <<-EOT
      function must be the name of a folder under functions: lower-case letters, digits and hyphens, first a letter.
    EOT
  }
}

variable "description" {
  description = "What the function does, shown in the console. At most 256 characters."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.description) <= 256
    error_message = "description must be at most 256 characters long."
  }
}

variable "lambda_package" {
  description = <<-EOT
    Where the zip is taken from instead of this repository.

    - `s3_bucket`: the bucket.
    - `s3_key_prefix`: what stands before `<function>.zip` in the key. Default empty.

    Default null: the zip in the repository.
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

variable "environment" {
  description = "Environment variables of the function. Lambda holds 4 KB of them in all. Default none."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "policy_json" {
  description = "IAM policy document with what the function may do besides writing its own log."
  type        = string
  nullable    = false
}

variable "architecture" {
  description = <<-EOT
    Processor of the function.

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
    Lambda runtime.

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
    Memory in MB; CPU grows with it.

    128 to 10240. Default 512.
  EOT
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition     = var.memory_size >= 128 && var.memory_size <= 10240 && floor(var.memory_size) == var.memory_size
    error_message = "memory_size must be a whole number of MB from 128 to 10240."
  }
}

variable "timeout" {
  description = <<-EOT
    Longest run in seconds.

    1 to 900. Default 60.
  EOT
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.timeout >= 1 && var.timeout <= 900 && floor(var.timeout) == var.timeout
    error_message = "timeout must be a whole number of seconds from 1 to 900."
  }
}

variable "reserved_concurrent_executions" {
  description = <<-EOT
    Concurrent executions that are reserved for this function, which are also the most that it gets.

    A whole number from 1, or -1: none. Default -1, since new accounts have ten in all and reserving any of them fails
    there.
  EOT
  type        = number
  default     = -1
  nullable    = false

  validation {
    condition = (
      var.reserved_concurrent_executions == -1 ||
      (var.reserved_concurrent_executions >= 1 && floor(var.reserved_concurrent_executions) == var.reserved_concurrent_executions)
    )
    error_message = <<-EOT
      reserved_concurrent_executions must be -1 (none reserved) or a whole number from 1; 0 would switch the function
      off.
    EOT
  }
}

variable "event_invoke" {
  description = <<-EOT
    What Lambda does with an asynchronous call that failed.

    - `maximum_retry_attempts`: 0 to 2.
    - `maximum_event_age_in_seconds`: 60 to 21600.

    Default null: Lambda's own defaults (2, six hours).
  EOT
  type = object({
    maximum_retry_attempts       = number
    maximum_event_age_in_seconds = number
  })
  default = null

  validation {
    condition     = var.event_invoke == null || try(contains([0, 1, 2], var.event_invoke.maximum_retry_attempts), false)
    error_message = "event_invoke.maximum_retry_attempts must be 0, 1 or 2."
  }

  validation {
    condition = (
      var.event_invoke == null ||
      try(var.event_invoke.maximum_event_age_in_seconds >= 60 && var.event_invoke.maximum_event_age_in_seconds <= 21600, false)
    )
    error_message = "event_invoke.maximum_event_age_in_seconds must be from 60 to 21600 seconds."
  }
}

variable "vpc_config" {
  description = <<-EOT
    Where the function is placed in a VPC. Lambda makes an interface in each of the subnets and holds an address for it;
    the APIs must be reachable from there, through NAT or interface endpoints.

    - `subnet_ids`: 1 to 16, of one VPC. Give subnets of their own.
    - `security_group_ids`: 1 to 5.

    Default null: in no VPC, which is what the functions need, since they call AWS APIs alone.
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
    condition     = var.vpc_config == null ? true : alltrue([for id in var.vpc_config.subnet_ids : can(regex("^subnet-[0-9a-f]{8,}$", id))])
    error_message = "vpc_config.subnet_ids must be ids of subnets, such as subnet-0123456789abcdef0."
  }

  validation {
    condition     = var.vpc_config == null ? true : alltrue([for id in var.vpc_config.security_group_ids : can(regex("^sg-[0-9a-f]{8,}$", id))])
    error_message = "vpc_config.security_group_ids must be ids of security groups, such as sg-0123456789abcdef0."
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

variable "permissions_boundary" {
  description = "ARN of the IAM policy that bounds the function's role. Default null: none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[^:]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy."
  }
}

variable "kms_key_arn" {
  description = <<-EOT
    ARN of the KMS key that encrypts the environment and the log group. The key's policy must allow
    `logs.<region>.amazonaws.com`.

    Default null: keys that AWS owns.
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
    Days that the log is kept.

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

variable "tags" {
  description = "Tags of everything that the module makes. Default none."
  type        = map(string)
  default     = {}
  nullable    = false
}
