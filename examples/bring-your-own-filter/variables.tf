variable "region" {
  description = "Region of everything. Default eu-west-1."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}

variable "name" {
  description = "Beginning of all names, at most 26 lower-case letters, digits and hyphens. Default traffic-mirror."
  type        = string
  default     = "traffic-mirror"
  nullable    = false
}

variable "tags" {
  description = "Tags of everything. Default Project = traffic-mirror."
  type        = map(string)
  default     = { Project = "traffic-mirror" }
  nullable    = false
}
