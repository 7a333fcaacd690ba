# How fast and how far the functions go.

variable "pace" {
  description = <<-EOT
    How fast sessions are made, changed and removed. EC2 grants an account 50 mutations at once and 5 a second from then
    on, per region and action (EC2 Developer Guide, "Request throttling for the Amazon EC2 API"), shared with every
    other tool there.

    - `events_per_second`, `events_burst`: rate and burst of `reconcile`, shared by its concurrent runs. More than 0 to
      1000, default 0.25; at most 10000, default 44.
    - `requests_per_second`, `requests_burst`: rate and burst of the function `requests`, likewise. More than 0 to 1000,
      default 0.1; at most 10000, default 3. Requests for mirrors never use more; those over it wait for the next sweep.
    - `sweep_per_second`, `sweep_burst`: rate and burst of `sweep`, which runs one at a time. More than 0 to 1000,
      default 4.4; 1 to 10000, default 3. A sweep that an event asks for takes a twentieth of it besides.
    - `events_maximum_concurrency`, `requests_maximum_concurrency`: most concurrent runs of `reconcile` and of
      `requests`, 2 to 1000. Default 2, the least that Lambda allows for a queue.

    The defaults are 0.25 + 0.1 + 4.4 + 0.22 = 4.97 a second and 44 + 3 + 3 = 50 at once: nearly all that EC2 grants and
    no more. While events wait in their queue, the sweep stands back and `reconcile` takes both rates: of 100 instances
    launched at once the last is mirrored after some 14 seconds, of 700 after some 150, also during a backfill of
    thousands. Raise them when AWS has raised the account's limits.

    Each run knows its own share alone, and sends a burst at ten calls a second. When EC2 throttles it, since another
    tool uses the same limit, it pauses and goes on at a little less than half its share.
  EOT
  type = object({
    events_per_second            = optional(number, 0.25)
    events_burst                 = optional(number, 44)
    requests_per_second          = optional(number, 0.1)
    requests_burst               = optional(number, 3)
    sweep_per_second             = optional(number, 4.4)
    sweep_burst                  = optional(number, 3)
    events_maximum_concurrency   = optional(number, 2)
    requests_maximum_concurrency = optional(number, 2)
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for rate in [var.pace.events_per_second, var.pace.requests_per_second, var.pace.sweep_per_second] : rate > 0 && rate <= 1000
    ])
    error_message = "pace.events_per_second, pace.requests_per_second and pace.sweep_per_second must be more than 0 and at most 1000."
  }

  validation {
    condition     = var.pace.events_burst >= var.pace.events_maximum_concurrency && var.pace.events_burst <= 10000
    error_message = <<-EOT
      pace.events_burst must be at least pace.events_maximum_concurrency, so that each run has one, and at most 10000.
    EOT
  }

  validation {
    condition     = var.pace.requests_burst >= var.pace.requests_maximum_concurrency && var.pace.requests_burst <= 10000
    error_message = <<-EOT
      pace.requests_burst must be at least pace.requests_maximum_concurrency, so that each run has one, and at most 10000.
    EOT
  }

  validation {
    condition     = var.pace.sweep_burst >= 1 && var.pace.sweep_burst <= 10000
    error_message = "pace.sweep_burst must be from 1 to 10000."
  }

  validation {
    condition = alltrue([
      for runs in [var.pace.events_maximum_concurrency, var.pace.requests_maximum_concurrency] :
      runs >= 2 && runs <= 1000 && floor(runs) == runs
    ])
    error_message = <<-EOT
      pace.events_maximum_concurrency and pace.requests_maximum_concurrency must be whole numbers from 2 to 1000: Lambda
      takes no less for a queue.
    EOT
  }
}

variable "guardrails" {
  description = <<-EOT
    What keeps a mistake small.

    - `removal_percent`, `removal_minimum`: how many of our sessions are removed within 24 hours at most for a change of
      rules, tags or targets: this share of the most sessions of those hours (0 to 100, default 20), or, where that is
      more, this number (from 0, default 10) but never more than half of them. A run that would go beyond removes none of
      these, and an alarm fires. 100 percent switches it off. What is stopped, detached or terminated does not count.
    - `acknowledged_until`: a time (RFC 3339, such as 2030-01-31T12:00:00Z) until which such a removal is wanted;
      the 24 hours begin anew with it. Default null: it is not.
    - `rollout_percent`: the share of the selected interfaces that is mirrored, by a stable hash, for a first rollout. 1
      to 100, default 100.
    - `max_sessions`: the most sessions that this controller makes, from 1. Default null: no ceiling but the quota.
    - `first_apply_sessions`: the most sessions that a controller without any makes at first. Where it would be more, none
      is made, the apply fails with their number and what they cost, and an alarm fires; this number or a higher one
      here lets them through. Judged once, by the first sweep that finds sources, and not for launches afterwards: 0,
      applied where nothing is selected yet, does not keep two instances that are launched later from being mirrored.
      From 0, default 1000; null lets any number through.
  EOT
  type = object({
    removal_percent    = optional(number, 20)
    removal_minimum    = optional(number, 10)
    acknowledged_until = optional(string)
    rollout_percent    = optional(number, 100)
    max_sessions       = optional(number)

    first_apply_sessions = optional(number, 1000)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.guardrails.removal_percent >= 0 && var.guardrails.removal_percent <= 100
    error_message = "guardrails.removal_percent must be from 0 to 100."
  }

  validation {
    condition     = var.guardrails.removal_minimum >= 0 && floor(var.guardrails.removal_minimum) == var.guardrails.removal_minimum
    error_message = "guardrails.removal_minimum must be a whole number from 0."
  }

  validation {
    condition     = var.guardrails.acknowledged_until == null || can(formatdate("YYYY", var.guardrails.acknowledged_until))
    error_message = "guardrails.acknowledged_until must be null or a time as in RFC 3339, such as 2030-01-31T12:00:00Z."
  }

  validation {
    condition     = var.guardrails.rollout_percent >= 1 && var.guardrails.rollout_percent <= 100
    error_message = "guardrails.rollout_percent must be from 1 to 100; to mirror nothing yet, use mode observe."
  }

  validation {
    condition = var.guardrails.max_sessions == null ? true : (
      var.guardrails.max_sessions >= 1 && floor(var.guardrails.max_sessions) == var.guardrails.max_sessions
    )
    error_message = "guardrails.max_sessions must be null or a whole number from 1."
  }

  validation {
    condition = var.guardrails.first_apply_sessions == null ? true : (
      var.guardrails.first_apply_sessions >= 0 && floor(var.guardrails.first_apply_sessions) == var.guardrails.first_apply_sessions
    )
    error_message = "guardrails.first_apply_sessions must be null (any number) or a whole number from 0."
  }
}
