# What becomes of captured traffic.

variable "bucket_retention_days" {
  description = "Days after which captured traffic is deleted from the bucket, 1 to 3650. Default 30: packet captures are large and full of secrets, so keep them for as long as you need them and no longer."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.bucket_retention_days >= 1 && var.bucket_retention_days <= 3650 && floor(var.bucket_retention_days) == var.bucket_retention_days
    error_message = "The variable bucket_retention_days must be a whole number of days from 1 to 3650."
  }
}

variable "bucket_force_destroy" {
  description = "Whether destroying the module deletes the captured traffic that is still in the bucket. Default false: destroying fails while the bucket holds anything, because it may be evidence."
  type        = bool
  default     = false
  nullable    = false
}

variable "object_lock" {
  description = "Makes captured traffic undeletable for a time, as evidence may have to be: `mode`, `GOVERNANCE` (those with s3:BypassGovernanceRetention may still delete) or `COMPLIANCE` (nobody can, not even the account's root user), and `days`, at most `bucket_retention_days`. It holds for what is written from then on. Default null: none. Once it is on, a bucket's object lock cannot be switched off again (Amazon S3, \"Object Lock considerations\"): taking the input away ends the default retention for new objects only."
  type = object({
    mode = string
    days = number
  })
  default = null

  validation {
    condition     = var.object_lock == null ? true : contains(["GOVERNANCE", "COMPLIANCE"], var.object_lock.mode)
    error_message = "The attribute mode of the variable object_lock must be \"GOVERNANCE\" or \"COMPLIANCE\"."
  }

  validation {
    condition     = var.object_lock == null ? true : var.object_lock.days >= 1 && var.object_lock.days <= var.bucket_retention_days && floor(var.object_lock.days) == var.object_lock.days
    error_message = "The attribute days of the variable object_lock must be a whole number from 1 to bucket_retention_days: what is locked cannot expire."
  }

  validation {
    condition     = var.object_lock == null ? true : var.object_lock.mode != "COMPLIANCE" || !var.bucket_force_destroy
    error_message = "The variable object_lock with mode \"COMPLIANCE\" contradicts bucket_force_destroy: nobody can delete what is locked, so destroying would fail half-way."
  }
}

variable "notifications" {
  description = <<-EOT
    Who is told of each object that nodes write.
    - `eventbridge` (default true): `Object Created` events of the bucket on the account's default bus, for rules of your own. They cost nothing there.
    - `queues`: SQS queues that are told directly, as most SIEMs' S3 inputs want it, by a key of your own choice: `queue_arn`, and optionally `prefix` and `suffix` of the objects' keys, such as captures/ and .json.gz. Each queue's policy must let s3.amazonaws.com send before this is applied, because S3 tries it; no two may overlap in both prefix and suffix. Default none.
  EOT
  type = object({
    eventbridge = optional(bool, true)
    queues = optional(map(object({
      queue_arn = string
      prefix    = optional(string)
      suffix    = optional(string)
    })), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for queue in values(var.notifications.queues) : can(regex("^arn:[a-z-]+:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,80}$", queue.queue_arn))])
    error_message = "Every queue_arn in the variable notifications must be the ARN of a standard SQS queue: S3 sends to no FIFO queue."
  }

  validation {
    condition     = length(distinct([for queue in values(var.notifications.queues) : "${coalesce(queue.prefix, "*")} ${coalesce(queue.suffix, "*")}"])) == length(var.notifications.queues)
    error_message = "No two queues of the variable notifications may have the same prefix and suffix: S3 refuses overlapping notifications of one event type."
  }
}
