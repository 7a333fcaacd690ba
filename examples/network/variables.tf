variable "name" {
  description = "Name of the VPC, and the beginning of its subnets' names."
  type        = string
  nullable    = false
}

variable "cidr_block" {
  description = "IPv4 block of the VPC, a /16 to /24."
  type        = string
  nullable    = false

  validation {
    condition = try(
      (
        cidrsubnet(var.cidr_block, 4, 0) != "" &&
        tonumber(split("/", var.cidr_block)[1]) >= 16 &&
        tonumber(split("/", var.cidr_block)[1]) <= 24
      ),
      false,
    )
    error_message = "cidr_block must be an IPv4 block from /16 to /24, such as 10.65.0.0/20."
  }
}

variable "zone_ids" {
  description = "Ids of the zones that get a subnet, such as euw1-az1: one to four. Default null: the region's first two."
  type        = list(string)
  default     = null

  validation {
    condition = var.zone_ids == null ? true : (
      length(var.zone_ids) >= 1 && length(var.zone_ids) <= 4 && length(distinct(var.zone_ids)) == length(var.zone_ids)
    )
    error_message = "zone_ids must be null or name one to four zones, each once."
  }
}

variable "egress" {
  description = <<-EOT
    The way to AWS beside that to S3: `nat` (one NAT gateway, for capture nodes with the stock image, which installs
    packages at each launch), `endpoints` (interface endpoints, for capture nodes with an image that has the packages:
    `image_id` and `capture.packages = "present"`) or `none` (enough for a VPC that is mirrored). Default none.
  EOT
  type        = string
  default     = "none"
  nullable    = false

  validation {
    condition     = contains(["none", "nat", "endpoints"], var.egress)
    error_message = "egress must be none, nat or endpoints."
  }
}

variable "tags" {
  description = "Tags of everything. Default none."
  type        = map(string)
  default     = {}
  nullable    = false
}
