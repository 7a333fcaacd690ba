# What starts reconcile, and for whom.

variable "triggers" {
  description = <<-EOT
    Which events start `reconcile`, each by an event rule on the default bus.

    - `ec2_state_change`: an instance changes its state.
    - `autoscaling`: Auto Scaling has launched or terminated an instance. A second chance for the state change, by
      another way.
    - `ecs_tasks`: a task in network mode awsvpc gets or gives back its interface.
    - `api_calls`: calls of EC2 that attach or create an interface, tag an instance or change its attributes. They are
      on the bus only where a CloudTrail trail logs management events (write-only will do) of this region.
    - `detachments`: an interface is detached from its instance. CloudTrail does not say which, so a sweep is asked for,
      at most every 30 seconds by each process of the function. An event rule only where `schedule_expression` does not
      sweep every minute anyway. Needs a trail as `api_calls` does.
    - `tag_changes`: the tags of an instance change. Needs no trail.
    - `lifecycle_hooks`: Auto Scaling holds an instance of a group in `lifecycle_hooks`. An event rule only where there
      is one.
    - `guardduty`: GuardDuty finds something about an instance, at `guardduty_severity` or above. An event rule only
      where a rule of `sources` has `on = "guardduty"`.
    - `tampering`: a mirror session is removed or changed by somebody other than this controller or `session_principals`.
      Reported, and healed by a sweep at once. Needs a trail as `api_calls` does.

    Default all of them: an event rule that nothing matches is free, and one that matches costs a message, its share of
    a run and of one describe (about 2 $ per million). Leave out what your `sources` cannot be changed by, such as
    `tag_changes` when no rule goes by tags. Without any, the sweep alone keeps the sessions. Requests on the
    controller's own bus are taken in any case: IAM decides who may make them.
  EOT
  type        = set(string)
  default     = ["ec2_state_change", "autoscaling", "ecs_tasks", "api_calls", "detachments", "tag_changes", "lifecycle_hooks", "guardduty", "tampering"]
  nullable    = false

  validation {
    condition = alltrue([
      for trigger in var.triggers :
      contains(
        ["ec2_state_change", "autoscaling", "ecs_tasks", "api_calls", "detachments", "tag_changes", "lifecycle_hooks", "guardduty", "tampering"],
        trigger,
      )
    ])
    error_message = <<-EOT
      triggers must be a set out of: ec2_state_change, autoscaling, ecs_tasks, api_calls, detachments, tag_changes,
      lifecycle_hooks, guardduty, tampering.
    EOT
  }
}

variable "guardduty_severity" {
  description = <<-EOT
    Lowest severity of a GuardDuty finding that asks for a mirror.

    1 to 10 (GuardDuty: low from 1, medium from 4, high from 7, critical from 9). Default 4: low findings are mostly
    attempts that failed.
  EOT
  type        = number
  default     = 4
  nullable    = false

  validation {
    condition     = var.guardduty_severity >= 1 && var.guardduty_severity <= 10
    error_message = "guardduty_severity must be from 1 to 10."
  }
}

variable "session_principals" {
  description = <<-EOT
    ARNs of IAM roles and users that may remove and change mirror sessions without being reported as tampering, such as
    another tool that keeps sessions of its own: for a call on a session that is gone, nobody can say whose it was.

    At most 10; a role with its path, as CloudTrail writes it. A role counts by its name, which its account has once.
    Default none: the functions of this and of other controllers in the account, each of which can touch its own
    sessions alone.
  EOT
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition = (
      length(var.session_principals) <= 10 &&
      alltrue([for arn in var.session_principals : can(regex("^arn:[^:]+:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$", arn))])
    )
    error_message = <<-EOT
      session_principals must be at most 10 ARNs of IAM roles or users, without wildcards, such as
      arn:aws:iam::111122223333:role/network-admin.
    EOT
  }
}

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
