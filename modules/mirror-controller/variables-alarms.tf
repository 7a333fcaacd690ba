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
