# What becomes of captured traffic.

variable "bucket_retention_days" {
  description = <<-EOT
    Days after which captured traffic is deleted from the bucket, 1 to 3650.

    Default 30: packet captures are large and full of secrets, so keep them for as long as you need them and no
    longer.
  EOT
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition = (
      var.bucket_retention_days >= 1 && var.bucket_retention_days <= 3650 &&
      floor(var.bucket_retention_days) == var.bucket_retention_days
    )
    error_message = "bucket_retention_days must be a whole number of days from 1 to 3650."
  }
}

variable "bucket_force_destroy" {
  description = <<-EOT
    Whether destroying the module deletes the captured traffic that is still in the bucket.

    Default false: destroying fails while the bucket holds anything, because it may be evidence.
  EOT
  type        = bool
  default     = false
  nullable    = false
}

variable "athena_workgroup" {
  description = <<-EOT
    Name of a workgroup of Amazon Athena, such as `primary`: makes tables of the index there, which answer by time,
    client, node and address which file holds a packet (outputs `athena_database` and `athena_query_policy_json`). The
    workgroup must have a place for results of its own.

    Default null: no tables. They cost nothing themselves; Athena charges for what a query reads.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.athena_workgroup == null ? true : can(regex("^[a-zA-Z0-9._-]{1,128}$", var.athena_workgroup))
    error_message = "athena_workgroup must be the name of an Athena workgroup: 1 to 128 letters, digits and the characters . _ and -."
  }
}
