variable "region" {
  description = "Region of everything. Default eu-west-1."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}

variable "name" {
  description = "Beginning of all names, at most 26 lower-case letters, digits and hyphens. Default traffic-capture."
  type        = string
  default     = "traffic-capture"
  nullable    = false
}

variable "availability_zones" {
  description = <<-EOT
    Zones of the fleet, two to four. Client accounts can have endpoints in these only, matched by zone id. Default
    none given: the region's first two.
  EOT
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition = (
      length(var.availability_zones) == 0 ||
      (
        length(var.availability_zones) >= 2 &&
        length(var.availability_zones) <= 4 &&
        length(distinct(var.availability_zones)) == length(var.availability_zones)
      )
    )
    error_message = "availability_zones must be empty or name two to four zones, each once."
  }
}

variable "cidr_block" {
  description = <<-EOT
    IPv4 block of the capture VPC, a /16 to /22. Nothing routes to it: client accounts reach it by their endpoints
    alone. Default 10.64.0.0/20.
  EOT
  type        = string
  default     = "10.64.0.0/20"
  nullable    = false

  validation {
    condition = (
      can(cidrsubnet(var.cidr_block, 4, 0)) &&
      try(tonumber(split("/", var.cidr_block)[1]) >= 16 && tonumber(split("/", var.cidr_block)[1]) <= 22, false)
    )
    error_message = "cidr_block must be an IPv4 block from /16 to /22."
  }
}

variable "clients" {
  description = <<-EOT
    The register: accounts that may send traffic, with the VNI of each of their VPCs, and who may read what was
    captured from them; see modules/capture-fleet. Default none.
  EOT
  type = map(object({
    account_id = string
    vnis       = optional(map(number), {})
    readers    = optional(list(string), [])
  }))
  default  = {}
  nullable = false
}

variable "organization_id" {
  description = "Id of the organization of the clients, needed with more than 232 of them. Default null."
  type        = string
  default     = null
}

variable "egress" {
  description = <<-EOT
    How nodes reach AWS.

    - `endpoints`: interface endpoints in each zone and no way to the internet at all; the image must have the
      packages.
    - `nat`: a NAT gateway in each zone, with which the stock image can install them.

    Default endpoints: nothing that is captured can leave by the internet.
  EOT
  type        = string
  default     = "endpoints"
  nullable    = false

  validation {
    condition     = contains(["endpoints", "nat"], var.egress)
    error_message = "egress must be endpoints or nat."
  }

  validation {
    condition     = var.egress == "nat" || var.image_id != null
    error_message = <<-EOT
      With egress = endpoints, image_id must name an image that has the packages
      (modules/capture-fleet/node/bin/install-packages makes one): without a way to the internet nodes cannot install
      any.
    EOT
  }
}

variable "session_manager" {
  description = <<-EOT
    Whether nodes have a way to Session Manager with egress = endpoints, for a shell without SSH: two more endpoints
    in each zone. Default true.
  EOT
  type        = bool
  default     = true
  nullable    = false
}

variable "image_id" {
  description = "Image of the nodes: an AMI id or resolve:ssm:<parameter>. Default null: Debian 13, which needs egress = nat."
  type        = string
  default     = null
}

variable "instance_types" {
  description = "Instance types of the nodes, preferred ones first. Default c6in.large and c6in.xlarge."
  type        = list(string)
  default     = ["c6in.large", "c6in.xlarge"]
  nullable    = false
}

variable "max_size_per_zone" {
  description = "Largest number of nodes in a zone; there is always at least one. Default 4."
  type        = number
  default     = 4
  nullable    = false
}

variable "tool_image" {
  description = <<-EOT
    Container image of the capture tool in Amazon ECR of this region, such as
    123456789012.dkr.ecr.eu-west-1.amazonaws.com/sensors/suricata:7.0.10. Default null: tcpdump.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.tool_image == null || can(regex("^[0-9]{12}[.]dkr[.]ecr[.]", var.tool_image))
    error_message = "tool_image must be null or an image in Amazon ECR, which is what nodes without a way to the internet can reach."
  }
}

variable "tool_arguments" {
  description = "Arguments of the container. Default none."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "expected_gbps" {
  description = "Traffic of all sources at its peak, for the output capacity_plan. Default 1."
  type        = number
  default     = 1
  nullable    = false
}

variable "object_lock" {
  description = "Makes captures undeletable for a time: `mode` GOVERNANCE or COMPLIANCE, and `days`. Default null: not."
  type = object({
    mode = string
    days = number
  })
  default = null
}

variable "siem" {
  description = <<-EOT
    The SIEM that fetches logs of the capture tool. Default null: none.

    - `principal_arn`: the role or account it comes with.
    - `external_id`: which it has to know.
    - `suffixes`: of the objects it wants. Default .json, .json.gz, .log and .log.gz: what Suricata and Zeek write,
      and no pcap.
  EOT
  type = object({
    principal_arn = string
    external_id   = string
    suffixes      = optional(list(string), [".json", ".json.gz", ".log", ".log.gz"])
  })
  default = null
}

variable "bucket_force_destroy" {
  description = "Whether destroy empties the capture bucket. Default false, because it may hold evidence."
  type        = bool
  default     = false
  nullable    = false
}

variable "alarm_actions" {
  description = "ARNs that alarms notify, usually SNS topics. Default none."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "tags" {
  description = "Tags of everything. Default Project = traffic-mirror."
  type        = map(string)
  default     = { Project = "traffic-mirror" }
  nullable    = false
}
