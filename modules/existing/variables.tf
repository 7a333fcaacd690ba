variable "account_id" {
  description = "Account in which this is applied, for the sentence."
  type        = string
  nullable    = false
}

variable "region" {
  description = "Region in which this is applied, for the sentence."
  type        = string
  nullable    = false
}

variable "subnet_lists" {
  description = <<-EOT
    Lists of subnets' ids by the format of the path of an input's element, such as `exclude.subnet_ids[%d]`. Their lengths
    may be unknown at plan. Each is read, an empty one as well. Default none.
  EOT
  type        = map(list(string))
  default     = {}
  nullable    = false
}

variable "subnets" {
  description = "Subnets' ids by the path of the input that named them, such as `subnets[\"a\"]`. Default none."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "vpcs" {
  description = "VPCs' ids by the path of the input that named them, such as `vpc_id`. At most 200. Default none."
  type        = map(string)
  default     = {}
  nullable    = false
}
