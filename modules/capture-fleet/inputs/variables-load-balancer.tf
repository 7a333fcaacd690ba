variable "health_check" {
  description = <<-EOT
    HTTP health check of the nodes.

    - `port`: TCP, 1 to 65535. Default 8080.
    - `path`: default /healthz.
    - `interval`, `timeout`: in seconds, 5 to 300 and 2 to 120. Defaults 10 and 5: a dead node is out after about 20
      s.
    - `healthy_threshold`, `unhealthy_threshold`: consecutive answers, 2 to 10. Default 2.
    - `grace_period`: seconds from launch until a failing check replaces the node, 0 to 7200. Default 300.
  EOT
  type = object({
    port                = optional(number, 8080)
    path                = optional(string, "/healthz")
    interval            = optional(number, 10)
    timeout             = optional(number, 5)
    healthy_threshold   = optional(number, 2)
    unhealthy_threshold = optional(number, 2)
    grace_period        = optional(number, 300)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.health_check.port >= 1 && var.health_check.port <= 65535 && floor(var.health_check.port) == var.health_check.port
    error_message = "The attribute port of health_check must be a whole number from 1 to 65535."
  }

  validation {
    condition     = var.capture.tool.packets_bucket == null || var.health_check.port != 6090
    error_message = <<-EOT
      The attribute port of health_check must not be 6090 with capture.tool.packets_bucket: there the agent takes in what
      the tool writes. Take any other.
    EOT
  }

  validation {
    condition     = can(regex("^/[A-Za-z0-9_./-]*$", var.health_check.path)) && length(var.health_check.path) <= 255
    error_message = <<-EOT
      The attribute path of health_check must begin with /, consist of letters, digits and the characters
      _ . / and -, and be at most 255 characters long.
    EOT
  }

  validation {
    condition = (
      var.health_check.interval >= 5 && var.health_check.interval <= 300 &&
      var.health_check.timeout >= 2 && var.health_check.timeout <= 120 &&
      var.health_check.timeout < var.health_check.interval
    )
    error_message = <<-EOT
      In health_check, interval must be from 5 to 300 seconds and timeout from 2 to 120 seconds and
      shorter than interval.
    EOT
  }

  validation {
    condition = alltrue([
      for threshold in [var.health_check.healthy_threshold, var.health_check.unhealthy_threshold] :
      threshold >= 2 && threshold <= 10 && floor(threshold) == threshold
    ])
    error_message = "In health_check, healthy_threshold and unhealthy_threshold must be whole numbers from 2 to 10."
  }

  validation {
    condition     = var.health_check.grace_period >= 0 && var.health_check.grace_period <= 7200
    error_message = "The attribute grace_period of health_check must be from 0 to 7200 seconds."
  }
}
