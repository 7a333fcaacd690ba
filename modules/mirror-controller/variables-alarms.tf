variable "alarm_actions" {
  description = <<-EOT
    ARNs that an alarm notifies when it fires, usually SNS topics.

    Default none: the alarms exist all the same and show in the console.
  EOT
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.alarm_actions : can(regex("^arn:", arn))])
    error_message = "alarm_actions must be ARNs."
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
