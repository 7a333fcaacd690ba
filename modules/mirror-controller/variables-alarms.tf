variable "alarm_actions" {
  description = <<-EOT
    ARNs that an alarm notifies when it fires, usually SNS topics.

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

variable "mirroring_skipped_alarm" {
  description = <<-EOT
    Whether two alarms fire when instances of this account and region had no bandwidth left for mirroring, so that
    packets of sources were not copied.

    Default false, because of the price: such an alarm is a query over the metrics of all instances, and CloudWatch
    charges 0.10 $ a month for each metric that it analyses, with at most 10,000. docs/operations.md has the query for
    looking without an alarm.
  EOT
  type        = bool
  default     = false
  nullable    = false
}
