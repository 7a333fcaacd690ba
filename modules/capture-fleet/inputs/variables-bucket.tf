variable "object_lock" {
  description = <<-EOT
    Makes captured traffic undeletable for a time, as evidence may have to be. It holds for what is written from then
    on.

    - `mode`: `GOVERNANCE` (those with s3:BypassGovernanceRetention may still delete) or `COMPLIANCE` (nobody can, not
      even the account's root user).
    - `days`: 1 to `bucket_retention_days`.

    Default null: none. Once it is on, a bucket's object lock cannot be switched off again (Amazon S3, "Object Lock
    considerations"): taking the input away ends the default retention for new objects only.
  EOT
  type = object({
    mode = string
    days = number
  })
  default = null

  validation {
    condition     = var.object_lock == null ? true : contains(["GOVERNANCE", "COMPLIANCE"], var.object_lock.mode)
    error_message = "The attribute mode of object_lock must be \"GOVERNANCE\" or \"COMPLIANCE\"."
  }

  validation {
    condition = var.object_lock == null ? true : (
      var.object_lock.days >= 1 && var.object_lock.days <= var.bucket_retention_days &&
      floor(var.object_lock.days) == var.object_lock.days
    )
    error_message = <<-EOT
      The attribute days of object_lock must be a whole number from 1 to bucket_retention_days: what is
      locked cannot expire.
    EOT
  }

  validation {
    condition     = var.object_lock == null ? true : var.object_lock.mode != "COMPLIANCE" || !var.bucket_force_destroy
    error_message = <<-EOT
      object_lock with mode "COMPLIANCE" contradicts bucket_force_destroy: nobody can delete what is
      locked, so destroying would fail half-way.
    EOT
  }
}

variable "notifications" {
  description = <<-EOT
    Who is notified of each object that nodes write.

    - `eventbridge`: whether the bucket sends `Object Created` events to the account's default bus, for event rules of
      your own. Default true: they cost nothing there.
    - `queues`: SQS queues that S3 notifies directly, as most SIEMs' S3 inputs want it, by a key of your own choice.
      Default none.
      - `queue_arn`: a standard queue. Its policy must let s3.amazonaws.com send before this is applied, because S3
        tries it.
      - `prefix`, `suffix`: of the objects' keys, such as captures/ and .json.gz. No two queues may overlap in both.
        Default "": every object.
  EOT
  type = object({
    eventbridge = optional(bool, true)
    queues = optional(map(object({
      queue_arn = string
      prefix    = optional(string, "")
      suffix    = optional(string, "")
    })), {})
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for queue in values(var.notifications.queues) :
      can(regex("^arn:[a-z-]+:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,80}$", queue.queue_arn))
    ])
    error_message = "Every queue_arn in notifications must be the ARN of a standard SQS queue: S3 sends to no FIFO queue."
  }

  validation {
    # Amazon S3 User Guide, "Examples of notification configurations with object key name filtering": overlapping
    # prefixes are taken where suffixes do not overlap, and the other way round.
    condition = alltrue(flatten([
      for one, first in var.notifications.queues : [
        for other, second in var.notifications.queues : one == other || !(
          (startswith(first.prefix, second.prefix) || startswith(second.prefix, first.prefix)) &&
          (endswith(first.suffix, second.suffix) || endswith(second.suffix, first.suffix))
        )
      ]
    ]))
    error_message = <<-EOT
      No two queues of notifications may overlap in prefix and suffix, of which an empty one holds every other: S3
      refuses overlapping notifications of one event type. Give them prefixes or suffixes of which none begins or ends
      with another's.
    EOT
  }
}
