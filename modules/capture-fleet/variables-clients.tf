variable "organization_id" {
  description = <<-EOT
    Id of the AWS Organization that all clients belong to, such as o-a1b2c3d4e5. Which accounts may connect endpoints
    stays the list of `clients`.

    Needed with more than 232 different accounts: the bus then takes events from any account of the organization,
    because its policy is too short for a list (10,240 characters, Amazon EventBridge quotas). Default null: the list,
    everywhere.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.organization_id == null || can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "organization_id must be null or the id of an organization: o- and 10 to 32 lower-case letters or digits."
  }
}

variable "acceptance_required" {
  description = <<-EOT
    Whether somebody must accept each connection to the endpoint service after AWS has checked that it comes from a
    registered account. docs/capture.md has the command that accepts registered accounts only.

    Default false: the register is the grant, and a connection that waits for a person is a zone that is not mirrored.
  EOT
  type        = bool
  default     = false
  nullable    = false
}
