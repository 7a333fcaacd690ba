# What starts reconcile, and for whom.

variable "triggers" {
  description = <<-EOT
    Which events start `reconcile`, each by an event rule on the default bus.

    - `ec2_state_change`: an instance changes its state.
    - `autoscaling`: Auto Scaling has launched or terminated an instance. A second chance for the state change, by
      another way.
    - `ecs_tasks`: a task in network mode awsvpc gets or gives back its interface.
    - `api_calls`: calls of EC2 that attach or create an interface, tag an instance or change its attributes; and calls
      that tag mirror sessions, targets, filters or endpoints, upon which a sweep looks what became of them. They are
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
      Reported, and healed by a sweep at once. So is a call that changes a mirror filter, if the filter then differs from
      what Terraform declared for longer than an apply takes; an apply heals that. Needs a trail as `api_calls` does.

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
