variable "name" {
  description = <<-EOT
    Name of the controller: every name is derived from it, and its sessions carry it as the tag
    `traffic-mirror:controller`. Changing it replaces everything, and removes and makes anew every session.

    Lower-case letters, digits and single hyphens, first a letter, at most 38 characters: the role
    `<name>-reconcile-<region>` must fit into IAM's 64.
  EOT
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name))
    error_message = <<-EOT
      name must not be empty: it consists of lower-case letters, digits and single hyphens, starts with a letter and
      ends with a letter or digit.
    EOT
  }

  validation {
    condition     = length(var.name) <= 38
    error_message = <<-EOT
      name must be at most 38 characters long: the role <name>-reconcile-<region> must fit into the 64 characters of an
      IAM role name.
    EOT
  }

  validation {
    condition     = !can(regex("^(aws|ssm)", var.name))
    error_message = "name must not start with aws or ssm: Systems Manager refuses the parameter /<name>/policy then."
  }
}

variable "schedule_expression" {
  description = <<-EOT
    How often the sweep runs. AWS does not promise to deliver every event, so this is the longest time that a missed
    change stays unseen.

    `rate(1 minute)` to `rate(6 hours)`. Null: no schedule, and no alarm when no sweep runs; then something else must
    invoke the sweep. Default rate(1 minute), which costs about 1 $ a month.
  EOT
  type        = string
  default     = "rate(1 minute)"

  validation {
    condition = var.schedule_expression == null || (
      can(regex("^rate\\((1 minute|1 hour|[1-9][0-9]* minutes|[1-9][0-9]* hours)\\)$", var.schedule_expression)) &&
      !can(regex("^rate\\(1 (minutes|hours)\\)$", var.schedule_expression))
    )
    error_message = <<-EOT
      schedule_expression must be null or a rate such as rate(1 minute), rate(5 minutes) or rate(1 hour); EventBridge
      wants the singular for one. Expressions with cron are not taken: the alarm for a missing sweep needs the interval.
    EOT
  }

  validation {
    condition = (
      var.schedule_expression == null ||
      try(tonumber(regex("[0-9]+", var.schedule_expression)) * (strcontains(var.schedule_expression, "hour") ? 60 : 1) <= 360, true)
    )
    error_message = "schedule_expression must not be rarer than rate(6 hours)."
  }
}

variable "mode" {
  description = <<-EOT
    What the functions do with what they find.

    - `enforce`: sessions are made, changed and removed.
    - `observe`: everything is planned, logged and counted, and nothing changes.
    - `drain`: all sessions of this controller are removed and none is made.

    Default enforce.
  EOT
  type        = string
  default     = "enforce"
  nullable    = false

  validation {
    condition     = contains(["enforce", "observe", "drain"], var.mode)
    error_message = "mode must be enforce, observe or drain."
  }
}

variable "hub_event_bus_arn" {
  description = <<-EOT
    ARN of the hub's event bus (output `event_bus_arn` of `capture-fleet`), to which the functions' reports then go:
    sessions that come, change and go, sources that are refused, tampering, and a summary of each sweep.

    The hub must allow this account, and whether the input is null must be known at plan. Default null: reports stay on
    the controller's own bus.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.hub_event_bus_arn == null || can(regex("^arn:[^:]+:events:[a-z0-9-]+:[0-9]{12}:event-bus/[A-Za-z0-9/_.-]+$", var.hub_event_bus_arn))
    error_message = <<-EOT
      hub_event_bus_arn must be null or the ARN of an event bus, such as
      arn:aws:events:eu-west-1:111122223333:event-bus/capture-hub.
    EOT
  }
}

variable "tags" {
  description = <<-EOT
    Tags of everything that the module makes, and of the sessions.

    At most 45, and 2,500 bytes as JSON: the functions carry them in their environment, of which Lambda holds 4 KB, with
    the provider's default_tags, which take their share of the rest.
    Default none.
  EOT
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(base64encode(jsonencode(var.tags))) * 3 / 4 <= 2500
    error_message = "tags takes at most 2,500 bytes as JSON: the functions carry them in their environment."
  }

  # IAM counts keys that differ by case alone as one, and takes no other characters (IAM API Reference, Tag); nor does
  # Systems Manager.
  validation {
    condition = length(var.tags) <= 45 && length(distinct([for key in keys(var.tags) : lower(key)])) == length(var.tags) && alltrue([
      for key, value in var.tags :
      can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{1,128}$", key)) &&
      can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{0,256}$", value)) &&
      !startswith(lower(key), "aws:") && !startswith(key, "traffic-mirror:")
    ])
    error_message = <<-EOT
      tags takes at most 45, with keys of 1 to 128 and values of at most 256 letters, digits, blanks and
      _.:/=+-@; no two keys may differ by case alone, and none may begin with aws:, which AWS keeps for itself, or with
      traffic-mirror:, which this product does.
    EOT
  }
}
