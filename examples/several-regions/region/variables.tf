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

variable "cidr_block" {
  description = "IPv4 block of the region's two VPCs, a /12 to /20."
  type        = string
  nullable    = false
}

variable "vni" {
  description = "VNI of the region's source VPC, 1 to 16777215. Another one in each region, so that captures of all regions can lie side by side."
  type        = number
  nullable    = false
}
