variable "region" {
  description = "Region of everything."
  type        = string
  nullable    = false
}

variable "name" {
  description = "Name of the run: the beginning of all names, and the value of the tag by which its clean-up knows what is its own."
  type        = string
  nullable    = false
}

variable "endpoint_zones" {
  description = "In how many of the two zones the client has an endpoint: 1, and 2 once a zone is added. Default 1."
  type        = number
  default     = 1
  nullable    = false
}
