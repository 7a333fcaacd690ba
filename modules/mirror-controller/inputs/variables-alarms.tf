variable "uncovered_alarm" {
  description = <<-EOT
    When the alarm for uncovered sources fires: when more than `sources` selected interfaces were without a session all
    through `minutes`.

    - `sources`: a whole number from 0. Default 100. Set it a little above what stays on a quiet day (`uncovered` in the
      sweep's summary): interfaces that AWS cannot mirror count as well.
    - `minutes`: 5 to 1440. Default 30.
  EOT
  type = object({
    sources = optional(number, 100)
    minutes = optional(number, 30)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.uncovered_alarm.sources >= 0 && floor(var.uncovered_alarm.sources) == var.uncovered_alarm.sources
    error_message = "uncovered_alarm.sources must be a whole number from 0."
  }

  validation {
    condition     = var.uncovered_alarm.minutes >= 5 && var.uncovered_alarm.minutes <= 1440 && floor(var.uncovered_alarm.minutes) == var.uncovered_alarm.minutes
    error_message = "uncovered_alarm.minutes must be a whole number from 5 to 1440: CloudWatch evaluates a day at most."
  }
}
