# Inputs of endpoint_management = "automatic": none but the first has an effect without it.

variable "endpoint_management" {
  description = <<-EOT
    Who makes the endpoints and targets. The README says how to change over without a gap.

    - `terraform`: this module, for the subnets of `vpcs`, with all of them in the state.
    - `automatic`: a function, which follows the network: subnets and zones that come and go, and endpoints that fail or
      are deleted, need no apply.

    Default terraform.
  EOT
  type        = string
  default     = "terraform"
  nullable    = false

  validation {
    condition     = contains(["terraform", "automatic"], var.endpoint_management)
    error_message = "endpoint_management must be \"terraform\" or \"automatic\"."
  }
}

variable "alarm_actions" {
  description = <<-EOT
    ARNs that an alarm of the function notifies when it fires, usually SNS topics.

    Default none: the alarms exist all the same and show in the console.
  EOT
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.alarm_actions : can(regex("^arn:[a-z-]+:[a-z0-9-]+:", arn))])
    error_message = "Every entry of alarm_actions must be an ARN, such as that of an SNS topic."
  }
}

variable "runbook_url" {
  description = <<-EOT
    Address of the page that holds the sections of docs/operations.md: the description of each alarm then ends with the
    link to its section, `<runbook_url>#<section>`.

    It begins with https:// and has no fragment, at most 500 characters. Default null: the description names the section
    of docs/operations.md, since only the caller knows where people read the version that is applied.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.runbook_url == null || can(regex("^https://[^\\s/?#]+[^\\s#]*$", var.runbook_url)) && length(coalesce(var.runbook_url, "-")) <= 500
    error_message = <<-EOT
      runbook_url must be null or the address of a page: https://, then no blank and no "#", since each alarm adds its own
      section, 500 characters at most.
    EOT
  }
}

variable "permissions_boundary" {
  description = "ARN of the IAM policy that bounds the function's role. Default null: none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[^:]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be null or the ARN of an IAM policy (arn:…:iam::…:policy/…)."
  }
}

variable "iam_path" {
  description = <<-EOT
    IAM path of the function's role, for organizations whose rules go by it. Changing it replaces the role, the function stays.

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
    ARN of the KMS key for the function's queues, log and environment. The key's policy must let `events.amazonaws.com`
    (GenerateDataKey, Decrypt), `logs.<region>.amazonaws.com` and this account's IAM policies use it.

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
    Days that the function's log is kept.

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
      log_retention_days must be one of 0 (for ever), 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400,
      545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653.
    EOT
  }
}

variable "log_level" {
  description = <<-EOT
    How much the function logs.

    `DEBUG`, `INFO`, `WARN` or `ERROR`. Default INFO: one line per action, and a summary per run.
  EOT
  type        = string
  default     = "INFO"
  nullable    = false

  validation {
    condition     = contains(["DEBUG", "INFO", "WARN", "ERROR"], var.log_level)
    error_message = "log_level must be DEBUG, INFO, WARN or ERROR."
  }
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
    Lambda runtime of the function.

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

    `PassThrough` or `Active`. Default PassThrough: each run is one of its own with no caller to be traced from, its log
    and metrics say where time went, and traces are billed.
  EOT
  type        = string
  default     = "PassThrough"
  nullable    = false

  validation {
    condition     = contains(["PassThrough", "Active"], var.tracing_mode)
    error_message = "tracing_mode must be PassThrough or Active."
  }
}
