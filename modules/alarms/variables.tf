variable "name_prefix" {
  description = "Beginning of the alarms' names: an alarm is called `<name_prefix>-<key>`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*$", var.name_prefix))
    error_message = "name_prefix must be lower-case letters, digits and hyphens, first a letter."
  }
}

variable "own_metrics" {
  description = <<-EOT
    What the metrics of the caller's own programs have in common: alarms that name nothing else use these.

    - `namespace`: the namespace.
    - `dimensions`: all of their dimensions, at least one.
  EOT
  type = object({
    namespace  = string
    dimensions = map(string)
  })
  nullable = false

  validation {
    condition     = length(var.own_metrics.dimensions) > 0
    error_message = "own_metrics.dimensions must not be empty: an alarm sees a metric only by all of its dimensions."
  }
}

variable "alarms" {
  description = <<-EOT
    The alarms by the end of their name. Each watches one metric (`metric`) or computes its value (`expression`).

    - `problem`: one or two sentences that say what is wrong. They begin the alarm's description.
    - `section`: section of docs/operations.md, or of `runbook_url`, that says what to do. Default the key.
    - `missing`: what counts when there is no datum.
      - `breaching`: where silence is the trouble.
      - `ignore` (keep the last state): where the metric is a level, which does not fall because nobody looks.
      - `notBreaching`: where the metric counts troubles and is written only when something runs.
    - `comparison`: CloudWatch's comparison operator. Default GreaterThanOrEqualToThreshold.
    - `threshold`: the number compared with.
    - `period`: seconds of a period. Default 300.
    - `periods`: how many periods are looked at. Default 1.
    - `datapoints`: in how many of them the comparison must hold. Default null: all.
    - `metric`: name of the metric, with `statistic` (default Sum), `namespace` and `dimensions` (default those of
      `own_metrics`).
    - `expression`: metric math over `metrics`, or a Metrics Insights query where there are none. `label` names the
      result.
    - `metrics`: by their id in the expression, each with `name`, `statistic`, `namespace` and `dimensions` (defaults as
      above). Default none.
  EOT
  type = map(object({
    problem    = string
    section    = optional(string)
    missing    = string
    comparison = optional(string, "GreaterThanOrEqualToThreshold")
    threshold  = number
    period     = optional(number, 300)
    periods    = optional(number, 1)
    datapoints = optional(number)
    metric     = optional(string)
    statistic  = optional(string, "Sum")
    namespace  = optional(string)
    dimensions = optional(map(string))
    expression = optional(string)
    label      = optional(string)
    metrics = optional(map(object({
      name       = string
      statistic  = optional(string, "Sum")
      namespace  = optional(string)
      dimensions = optional(map(string))
    })), {})
  }))
  nullable = false

  validation {
    condition     = alltrue([for key in keys(var.alarms) : can(regex("^[a-zA-Z0-9_.-]+$", key))])
    error_message = "The keys of alarms must be letters, digits, dots, underscores and hyphens: they end the alarms' names."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : (alarm.metric == null) != (alarm.expression == null)])
    error_message = "Each of alarms must have either metric or expression."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : contains(["breaching", "ignore", "notBreaching"], alarm.missing)])
    error_message = "alarms[*].missing must be breaching, ignore or notBreaching: what silence means is decided for each alarm."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : coalesce(alarm.datapoints, alarm.periods) <= alarm.periods])
    error_message = "alarms[*].datapoints must not be more than its periods."
  }
}

variable "alarm_actions" {
  description = <<-EOT
    ARNs that an alarm notifies when it fires.

    Default none: the alarms exist all the same and show in the console.
  EOT
  type        = list(string)
  default     = []
  nullable    = false
}

variable "tags" {
  description = "Tags of the alarms. Default none."
  type        = map(string)
  default     = {}
  nullable    = false
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
