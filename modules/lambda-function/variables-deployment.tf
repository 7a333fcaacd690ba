# What surrounds the function: network, role, logs.

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

variable "iam_path" {
  description = <<-EOT
    IAM path of the function's role, for organizations whose rules go by it. Changing it replaces the role.

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
