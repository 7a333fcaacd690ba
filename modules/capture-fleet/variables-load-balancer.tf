# How traffic comes to the nodes.

variable "stickiness" {
  description = <<-EOT
    Which fields of a mirrored packet's outer header choose its node: `source_ip_dest_ip`, `source_ip_dest_ip_proto`,
    or `none` for all five fields.

    Default source_ip_dest_ip: the load balancer sees only the outer header of the mirrored packet, whose source port
    may differ between the two directions of one connection, so the addresses alone keep a connection on one node. The
    price is that a busy source stays on one node.
  EOT
  type        = string
  default     = "source_ip_dest_ip"
  nullable    = false

  validation {
    condition     = contains(["source_ip_dest_ip", "source_ip_dest_ip_proto", "none"], var.stickiness)
    error_message = <<-EOT
      The variable stickiness must be "source_ip_dest_ip", "source_ip_dest_ip_proto" or "none" (all five fields of the
      outer header).
    EOT
  }
}

variable "cross_zone_load_balancing" {
  description = <<-EOT
    Whether traffic may go to nodes of other zones. False avoids the charges for traffic between zones (0.01 $ per GB
    on each side); use it with `group_per_zone`.

    Default true: the nodes are one group over all zones, and without it a zone that has no healthy node loses its
    traffic silently.
  EOT
  type        = bool
  default     = true
  nullable    = false

  validation {
    condition     = var.cross_zone_load_balancing || var.group_per_zone || var.min_size >= length(var.subnets)
    error_message = <<-EOT
      The variable cross_zone_load_balancing can be false only with group_per_zone, or with a min_size of at least one
      node for each of the subnets: a zone without a node would lose its traffic without an error anywhere.
    EOT
  }
}

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
    error_message = "The attribute port of the variable health_check must be a whole number from 1 to 65535."
  }

  validation {
    condition     = can(regex("^/[A-Za-z0-9_./-]*$", var.health_check.path)) && length(var.health_check.path) <= 255
    error_message = <<-EOT
      The attribute path of the variable health_check must begin with /, consist of letters, digits and the characters
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
      In the variable health_check, interval must be from 5 to 300 seconds and timeout from 2 to 120 seconds and
      shorter than interval.
    EOT
  }

  validation {
    condition = alltrue([
      for threshold in [var.health_check.healthy_threshold, var.health_check.unhealthy_threshold] :
      threshold >= 2 && threshold <= 10 && floor(threshold) == threshold
    ])
    error_message = "In the variable health_check, healthy_threshold and unhealthy_threshold must be whole numbers from 2 to 10."
  }

  validation {
    condition     = var.health_check.grace_period >= 0 && var.health_check.grace_period <= 7200
    error_message = "The attribute grace_period of the variable health_check must be from 0 to 7200 seconds."
  }
}

variable "deletion_protection" {
  description = <<-EOT
    Whether the load balancer refuses to be deleted.

    Default false, so that destroy works. For production set true, and set it back and apply before destroying.
  EOT
  type        = bool
  default     = false
  nullable    = false
}
