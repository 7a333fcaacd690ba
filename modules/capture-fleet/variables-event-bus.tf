variable "client_organization_id" {
  description = "Organisation of AWS Organizations whose accounts may put reports on the fleet's event bus, such as o-a1b2c3d4e5, instead of naming each in `clients` for it: the policy of a bus ends at 10,240 characters. Connecting endpoints is not part of it, since endpoint services know no organisations. Default null: only `clients` may."
  type        = string
  default     = null

  validation {
    condition     = var.client_organization_id == null || can(regex("^o-[a-z0-9]{10,32}$", var.client_organization_id))
    error_message = "The variable client_organization_id must be null or the id of an organisation, such as o-a1b2c3d4e5."
  }
}
