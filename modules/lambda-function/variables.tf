variable "identity" {
  description = "Where the function is: the outputs of modules/identity, all of them."
  type = object({
    account_id         = string
    region             = string
    partition          = string
    arns               = map(string)
    service_principals = map(string)
  })
  nullable = false
}

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
  description = "Environment variables of the function, 4,096 bytes in all as JSON. Default none."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "environment_stand_ins" {
  description = <<-EOT
    Values as long as those of `environment` that are known only after apply, by the same names: the plan measures the
    environment with them. Default none.
  EOT
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "attached_policy_bytes" {
  description = <<-EOT
    Size of the inline policies that the caller attaches to the role by itself: IAM counts all those of a role together.
    Default 0.
  EOT
  type        = number
  default     = 0
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
