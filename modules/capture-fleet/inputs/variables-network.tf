variable "https_destinations" {
  description = <<-EOT
    Where nodes may go by HTTPS. What is not listed they cannot reach.

    - `cidr_blocks`: IPv4 blocks, such as that of the VPC when its interface endpoints serve the nodes. Default
      0.0.0.0/0: the addresses of AWS's services change, and the node role bounds what a node may ask of them.
    - `prefix_list_ids`: prefix lists by a key of your own choice, such as that of the VPC's S3 gateway endpoint.
      Default none.
  EOT
  type = object({
    cidr_blocks     = optional(list(string), ["0.0.0.0/0"])
    prefix_list_ids = optional(map(string), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for block in var.https_destinations.cidr_blocks : can(cidrnetmask(block))])
    error_message = "Every entry of cidr_blocks in https_destinations must be an IPv4 block such as 10.64.0.0/20."
  }

  validation {
    condition     = length(var.https_destinations.cidr_blocks) + length(var.https_destinations.prefix_list_ids) > 0
    error_message = "https_destinations must name at least one destination: a node that cannot reach S3 cannot deliver what it captures."
  }
}
