variable "alarm_actions" {
  description = <<-EOT
    ARNs that an alarm notifies when it fires, usually SNS topics. Default none: the alarms exist all the same and show
    in the console.
  EOT
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.alarm_actions : can(regex("^arn:[a-z-]+:[a-z0-9-]+:", arn))])
    error_message = "Every entry of the variable alarm_actions must be an ARN."
  }
}
