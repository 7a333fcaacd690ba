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
    error_message = "permissions_boundary must be null or the ARN of an IAM policy (arn:…:iam::…:policy/…)."
  }
}

variable "iam_path" {
  description = <<-EOT
    IAM path of the roles and policies, for organizations whose rules go by it. Changing it replaces them, the functions stay.

    `/`, or names between slashes, such as `/network/mirroring/`; at most 512 characters. Default `/`.
  EOT
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9_.,+=@-]+/)*$", var.iam_path)) && length(var.iam_path) <= 512
    error_message = "iam_path must begin and end with a slash, such as / or /network/mirroring/, with at most 512 characters in all."
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
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = <<-EOT
      kms_key_arn must be null or the ARN of a KMS key (arn:…:kms:…:key/…), not of an alias, because
      permissions need the key itself.
    EOT
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
