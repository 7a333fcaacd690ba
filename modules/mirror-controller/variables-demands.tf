variable "demands" {
  description = <<-EOT
    Limits of demands, the mirrors that somebody asks for (`Mirror Requested` on the controller's bus) or that a GuardDuty
    finding does. Each has an end. What is over a limit is refused, and the requester reads why: docs/demands.md.

    - `default_minutes`: how long one lasts that does not say, 1 to `maximum_minutes`. Default 1440, a day.
    - `maximum_minutes`: the longest that a requester has one open, however often it asks, 1 to 525600. Default 10080, a
      week.
    - `limit`: how many may be open in all, those of findings not counted, 1 to 5000. Default 500.
    - `requester_limit`: how many one requester may have open, 1 to 5000. Default 20, more than an instance has
      interfaces. Does not hold whoever may ask under the bare source `traffic-mirror`.
    - `requests_per_minute`: requests and withdrawals that one requester may send in a minute, 1 to 6000. Default 30;
      likewise.
  EOT
  type = object({
    default_minutes     = optional(number, 1440)
    maximum_minutes     = optional(number, 10080)
    limit               = optional(number, 500)
    requester_limit     = optional(number, 20)
    requests_per_minute = optional(number, 30)
  })
  default  = {}
  nullable = false

  validation {
    condition = (
      var.demands.maximum_minutes >= 1 && var.demands.maximum_minutes <= 525600 && floor(var.demands.maximum_minutes) == var.demands.maximum_minutes
    )
    error_message = "demands.maximum_minutes must be a whole number from 1 to 525600 (a year)."
  }

  validation {
    condition = (
      var.demands.default_minutes >= 1 &&
      var.demands.default_minutes <= var.demands.maximum_minutes &&
      floor(var.demands.default_minutes) == var.demands.default_minutes
    )
    error_message = "demands.default_minutes must be a whole number from 1 to demands.maximum_minutes."
  }

  validation {
    condition = alltrue([
      for limit in [var.demands.limit, var.demands.requester_limit] : limit >= 1 && limit <= 5000 && floor(limit) == limit
    ])
    error_message = <<-EOT
      demands.limit and demands.requester_limit must be whole numbers from 1 to 5000: a sweep reads all that are open.
    EOT
  }

  validation {
    condition = (
      var.demands.requests_per_minute >= 1 &&
      var.demands.requests_per_minute <= 6000 &&
      floor(var.demands.requests_per_minute) == var.demands.requests_per_minute
    )
    error_message = "demands.requests_per_minute must be a whole number from 1 to 6000."
  }
}
