variable "lifecycle_hooks" {
  description = <<-EOT
    Autoscaling groups whose new instances are held until their interfaces are mirrored, by a key of the caller's. It
    delays service, not the first packets: the operating system boots meanwhile.

    - `autoscaling_group_name`: the group.
    - `create`: whether the module makes the hook. Its time-out always lets the instance go into service, so that a
      controller that does not answer stops no launches. With false the hook is there already, for the transition
      autoscaling:EC2_INSTANCE_LAUNCHING and without a notification target. Default true.
    - `hook_name`: its name. Default `<name>-mirror`.
    - `heartbeat_timeout`: seconds that an instance is held at most by a hook that the module makes, 30 to 7200. Default
      300.
    - `when_not_mirrored`: what becomes of an instance that should be mirrored and cannot be: `continue` (default) puts
      it into service, `abandon` terminates it, and Auto Scaling launches another one. For what lies outside the instance
      (receiver, filter, quota, permission, ownership, other people's sessions) it always goes into service.
    - `abandons_per_hour`: with `abandon`, the circuit breaker against launching and terminating for ever: once so many
      launches of the group were cancelled or failed within an hour, the next instance goes into service all the same,
      and an alarm fires. 1 to 1000, default 3.

    At most 20. Default none.
  EOT
  type = map(object({
    autoscaling_group_name = string
    create                 = optional(bool, true)
    hook_name              = optional(string)
    heartbeat_timeout      = optional(number, 300)
    when_not_mirrored      = optional(string, "continue")
    abandons_per_hour      = optional(number, 3)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(var.lifecycle_hooks) <= 20
    error_message = "lifecycle_hooks must be at most 20: the event pattern and the role of reconcile name each group."
  }

  validation {
    condition     = length(var.lifecycle_hooks) == 0 || contains(var.triggers, "lifecycle_hooks")
    error_message = <<-EOT
      lifecycle_hooks must be empty without the trigger lifecycle_hooks: each launch would wait until the hook's
      time-out.
    EOT
  }

  validation {
    # Colons are refused by Auto Scaling; the others would be wildcards or variables in the role's policy.
    condition     = alltrue([for hook in values(var.lifecycle_hooks) : can(regex("^[^:*?{}$]{1,255}$", hook.autoscaling_group_name))])
    error_message = <<-EOT
      lifecycle_hooks[*].autoscaling_group_name must be the name of a group, 1 to 255 characters without : * ? $ { }.
    EOT
  }

  validation {
    condition     = alltrue([for hook in values(var.lifecycle_hooks) : hook.hook_name == null ? true : can(regex("^[A-Za-z0-9/_-]{1,255}$", hook.hook_name))])
    error_message = "lifecycle_hooks[*].hook_name must be null or 1 to 255 letters, digits, hyphens, underscores and slashes."
  }

  validation {
    condition = (
      length(distinct([for hook in values(var.lifecycle_hooks) : [hook.autoscaling_group_name, coalesce(hook.hook_name, "${var.name}-mirror")]])) ==
      length(var.lifecycle_hooks)
    )
    error_message = "lifecycle_hooks must name each hook once: two keys have the same autoscaling_group_name and hook_name."
  }

  validation {
    condition = alltrue([
      for hook in values(var.lifecycle_hooks) :
      hook.heartbeat_timeout >= 30 && hook.heartbeat_timeout <= 7200 && floor(hook.heartbeat_timeout) == hook.heartbeat_timeout
    ])
    error_message = "lifecycle_hooks[*].heartbeat_timeout must be a whole number of seconds from 30 to 7200."
  }

  validation {
    condition     = alltrue([for hook in values(var.lifecycle_hooks) : contains(["continue", "abandon"], hook.when_not_mirrored)])
    error_message = "lifecycle_hooks[*].when_not_mirrored must be continue or abandon."
  }

  validation {
    condition = alltrue([
      for hook in values(var.lifecycle_hooks) :
      hook.abandons_per_hour >= 1 && hook.abandons_per_hour <= 1000 && floor(hook.abandons_per_hour) == hook.abandons_per_hour
    ])
    error_message = "lifecycle_hooks[*].abandons_per_hour must be a whole number from 1 to 1000."
  }
}

variable "demands" {
  description = <<-EOT
    Limits of demands: mirrors with an end that somebody asks for (`Mirror Requested` on the controller's bus) or that a
    GuardDuty finding opens. A request over a limit is refused, and its requester reads why: docs/demands.md.

    - `default_minutes`: how long a demand lasts when the request does not say, 1 to `maximum_minutes`. Default 1440, a
      day.
    - `maximum_minutes`: how long one requester can keep a demand open, however often it asks, 1 to 525600. Default
      10080, a week.
    - `limit`: how many may be open together, GuardDuty's not counted, 1 to 5000. Default 500.
    - `requester_limit`: how many one requester may have open, 1 to 5000. Default 20, more than an instance has
      interfaces.
    - `requests_per_minute`: how many requests and withdrawals one requester may send in a minute, 1 to 6000. Default
      30.

    The last two do not apply to the trusted requester, whose source is `traffic-mirror` alone.
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
