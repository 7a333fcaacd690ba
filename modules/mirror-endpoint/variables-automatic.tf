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
    error_message = "The variable endpoint_management must be \"terraform\" or \"automatic\"."
  }
}

variable "automatic" {
  description = <<-EOT
    How the function chooses, with `endpoint_management` "automatic".

    - `zones`: which zones get an endpoint, of those that the fleet serves. An endpoint costs about 7 $ a month.
      - `subnets` (default): every zone in which the VPC has a subnet, since an instance could be started there and a
        new endpoint takes minutes.
      - `instances`: only zones with an instance that is not terminated. The first instance of a zone is mirrored
        through another zone's endpoint for those minutes, or not at all where there is none.
    - `idle_minutes`: with `instances`, how long a zone may be without one before its endpoint goes, 0 to 10080. Default
      60, so that a group that is scaled to nothing for a moment changes nothing.
    - `subnet_tags`: tags of the subnets in which endpoints are preferred; a null value means that the key is present.
      Of several such subnets the one with the most free addresses is taken, and a zone without one takes any. An
      endpoint that is there stays where it is. At most 10. Default none.
    - `evacuation_tag`: `key` and `value` (null: any) of the tag that marks a subnet to be removed: its endpoint is
      moved to another subnet of the zone, or given up. Default traffic-mirror:evacuate = true.
    - `schedule_expression`: how often the function looks at everything, rate(1 minute) to rate(1 hour). Default rate(1
      minute): so long does it take to see that a new endpoint is available.
  EOT
  type = object({
    zones        = optional(string, "subnets")
    idle_minutes = optional(number, 60)
    subnet_tags  = optional(map(string), {})
    evacuation_tag = optional(object({
      key   = string
      value = optional(string)
    }), { key = "traffic-mirror:evacuate", value = "true" })
    schedule_expression = optional(string, "rate(1 minute)")
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["subnets", "instances"], coalesce(var.automatic.zones, "-"))
    error_message = "The attribute zones of the variable automatic must be \"subnets\" or \"instances\"."
  }

  validation {
    condition = try(
      var.automatic.idle_minutes >= 0 && var.automatic.idle_minutes <= 10080 && floor(var.automatic.idle_minutes) == var.automatic.idle_minutes,
      false,
    )
    error_message = <<-EOT
      The attribute idle_minutes of the variable automatic must be a whole number of minutes from 0 to 10080, a week.
    EOT
  }

  validation {
    condition     = try(length(var.automatic.subnet_tags) <= 10 && length(jsonencode(var.automatic.subnet_tags)) <= 500, false)
    error_message = <<-EOT
      The attribute subnet_tags of the variable automatic may hold at most 10 tags, 500 characters as JSON: the function
      carries them in its environment.
    EOT
  }

  validation {
    condition     = try(can(regex("^.{1,128}$", var.automatic.evacuation_tag.key)) && !startswith(lower(var.automatic.evacuation_tag.key), "aws:"), false)
    error_message = <<-EOT
      The attribute evacuation_tag.key of the variable automatic must be the key of a tag: 1 to 128 characters, not
      beginning with aws:, which only AWS can set.
    EOT
  }

  validation {
    condition     = can(regex("^rate\\((1 minute|1 hour|([2-9]|[1-5][0-9]|60) minutes)\\)$", var.automatic.schedule_expression))
    error_message = <<-EOT
      The attribute schedule_expression of the variable automatic must be a rate from rate(1 minute) to rate(60 minutes)
      or rate(1 hour); EventBridge wants the singular for one.
    EOT
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
    condition     = alltrue([for arn in var.alarm_actions : can(regex("^arn:", arn))])
    error_message = "The variable alarm_actions must hold ARNs."
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
      The variable runbook_url must be null or the address of a page: https://, then no blank and no "#", since each alarm adds its own
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
    error_message = "The variable permissions_boundary must be the ARN of an IAM policy."
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
    error_message = "The variable iam_path must begin and end with a slash, such as / or /network/mirroring/, with at most 512 characters in all."
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
    condition     = var.kms_key_arn == null || can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "The variable kms_key_arn must be the ARN of a KMS key (not of an alias)."
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
      The variable log_retention_days must be one of 0 (for ever), 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400,
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
    error_message = "The variable log_level must be DEBUG, INFO, WARN or ERROR."
  }
}

variable "lambda_package" {
  description = <<-EOT
    Where the function's zip is taken from instead of this repository, for organizations whose code must come from a
    bucket of theirs.

    - `s3_bucket`: the bucket.
    - `s3_key_prefix`: what stands before `endpoints.zip` in the key. Put the version into it: a changed key is what
      makes Lambda fetch. Default empty.

    Default null: the zip in this repository.
  EOT
  type = object({
    s3_bucket     = string
    s3_key_prefix = optional(string, "")
  })
  default = null

  validation {
    condition     = var.lambda_package == null || try(length(var.lambda_package.s3_bucket) > 0, false)
    error_message = "The attribute s3_bucket of the variable lambda_package must be the name of a bucket."
  }
}

variable "vpc_config" {
  description = <<-EOT
    Where the function is placed in a VPC, for organizations that ask for it. The API of EC2 must be reachable from there.

    - `subnet_ids`: 1 to 16, of one VPC. Give subnets of their own, a /28 each.
    - `security_group_ids`: 1 to 5.

    Default null: in no VPC, which the function does not need.
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
    error_message = "The variable vpc_config must have 1 to 16 subnet_ids and 1 to 5 security_group_ids: Lambda takes no more."
  }

  validation {
    condition = var.vpc_config == null ? true : alltrue([
      for id in concat(var.vpc_config.subnet_ids, var.vpc_config.security_group_ids) : can(regex("^(subnet|sg)-[0-9a-f]{8,}$", id))
    ])
    error_message = <<-EOT
      The variable vpc_config must have ids of subnets and of security groups, such as subnet-0123456789abcdef0 and
      sg-0123456789abcdef0.
    EOT
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
    error_message = "The variable architecture must be arm64 or x86_64."
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
    error_message = "The variable runtime must be nodejs22.x or a later Node.js runtime: the bundles are built for Node.js 22."
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
    error_message = "The variable tracing_mode must be PassThrough or Active."
  }
}
