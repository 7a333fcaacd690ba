variable "mirroring_skipped_alarm" {
  description = "Whether two alarms ring when instances of this account and region had no bandwidth left for mirroring, so that packets of sources were not copied. Default false, because of the price: such an alarm is a query over the metrics of all instances, and CloudWatch charges for each metric that it analyses (0.10 $ a month), with at most 10,000. docs/operations.md has the query for looking without an alarm."
  type        = bool
  default     = false
  nullable    = false
}
